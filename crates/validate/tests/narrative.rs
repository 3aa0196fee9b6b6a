//! What a narrative may hold.

use cresset_validate::{IssueType, narrative};

fn check(inner: &str, expect: Result<(), IssueType>) {
    let div = format!(r#"<div xmlns="http://www.w3.org/1999/xhtml">{inner}</div>"#);
    assert_eq!(
        narrative::check(&div).map_err(|f| f.code),
        expect,
        "{inner}"
    );
}

#[test]
fn formatting_is_welcome() {
    for good in [
        "text",
        "a &lt; b &#169;",
        r#"<p class="x" style="color: red; margin: 1px">a<br/>b</p>"#,
        r#"<table border="1"><tbody><tr><td colspan='2'>a &gt; b</td></tr></tbody></table>"#,
        r#"<a href="Patient?a=b&amp;c=d">x</a>"#,
        r##"<a href="https://example.org/x?a=b">x</a><a href="#y">y</a><a name="y"/>"##,
        r##"<img src="#pic" alt="a &gt; b"/>"##,
        r#"<img src="data:image/png;base64,QUJD"/>"#,
        r#"<td style="background-image: url(lines.png)">x</td>"#,
        "<!-- note -->x",
    ] {
        check(good, Ok(()));
    }
}

#[test]
fn active_content_is_refused() {
    for bad in [
        "<script>x</script>",
        "x<SCRIPT>y</SCRIPT>",
        r#"<p onclick="x()">y</p>"#,
        r#"<p ONCLICK="x()">y</p>"#,
        "<iframe>x</iframe>",
        "<form>x</form>",
        r#"<link rel="stylesheet" href="x.css"/>y"#,
        "<style>p{}</style>x",
        r#"<a href="javascript:x()">y</a>"#,
        r#"<a href=" JavaScript:x()">y</a>"#,
        r#"<a href="java&#115;cript:x()">y</a>"#,
        r#"<a href="javascript&colon;x()">y</a>"#,
        r#"<a href="data:text/html,x">y</a>"#,
        r#"<img src="data:image/svg+xml,x"/>"#,
        r#"<p style="background:url(https://example.org/x.png)">y</p>"#,
        r#"<p style="background:url('//example.org/x.png')">y</p>"#,
        r#"<p style="width:expression(x)">y</p>"#,
        r#"<svg onload="x()">y</svg>"#,
        r#"<object data="x">y</object>"#,
    ] {
        check(bad, Err(IssueType::Security));
    }
}

#[test]
fn it_is_one_well_formed_div() {
    for bad in [
        "<p>x",
        "x</p>",
        "<p><b>x</p></b>",
        "<p a>x</p>",
        "<p a=1>x</p>",
        "x<",
        "<!-- x",
        "<![CDATA[x]]>",
        "<?x?>",
        "<!DOCTYPE x>",
        "</div><div>x",
    ] {
        check(bad, Err(IssueType::Structure));
    }
    for bad in ["", "text", "<p>x</p>", "x<div>y</div>", "<div>x</div>y"] {
        assert_eq!(
            narrative::check(bad).map_err(|f| f.code),
            Err(IssueType::Structure),
            "{bad}"
        );
    }
    check(&"<div>".repeat(200), Err(IssueType::Structure));
}

#[test]
fn it_says_something() {
    check(" <p> </p>\n", Err(IssueType::Invariant));
}
