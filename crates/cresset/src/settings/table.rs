//! One row for every setting.

use serde_json::Value;

use super::{ENV_PREFIX, Settings};

/// Key → what it means. The defaults are taken from [`Settings::default`].
const MEANINGS: &[(&str, &str)] = &[
    ("data", "data directory: all instances with their databases"),
    (
        "listen",
        "address listened on; `0.0.0.0` for every interface",
    ),
    ("port", "port listened on"),
    (
        "public_url",
        "scheme, host and port under which callers reach the server; links are made from it. Without it: `http://localhost:{port}`",
    ),
    (
        "drain_ms",
        "time after the signal to stop in which `/health` answers 503 and everything else is served as before, in milliseconds; for a load balancer to notice",
    ),
    (
        "registry",
        "URL of the PostgreSQL database that tells all nodes which instances there are and what is set for them; without it they are files of the data directory",
    ),
    (
        "clusters",
        "PostgreSQL servers by name, where a new instance goes to the one with the fewest: in the file `[clusters.NAME]` with `url`, and `closed = true` where no new ones are to go; `CRESSET_CLUSTERS__NAME__URL` and so on",
    ),
    (
        "outbound.private_addresses",
        "whether URLs that apps register may use http and lead to private addresses, as tests and certification on one machine need",
    ),
    (
        "mail.smtp",
        "mail server: `smtps://host:port` (TLS), `smtp://host:port?tls=required` (STARTTLS), or `smtp://localhost:25`; without one each message is a file `outbox/{instance}/*.eml` in the data directory",
    ),
    ("mail.from", "sender of mail"),
    ("mail.username", "what the mail server knows this one by"),
    (
        "mail.password_file",
        "file that holds the password for the mail server, and nothing else",
    ),
    ("log.format", "`human` or `json` (one object a line)"),
    (
        "log.filter",
        "which lines are logged: `error`, `warn`, `info`, `debug`, `trace`, also by room as in `info,cresset_web=debug`",
    ),
    (
        "limits.body_bytes_max",
        "largest request body after decompression, in bytes",
    ),
    ("limits.depth_max", "deepest nesting of a JSON body"),
    ("limits.values_max", "most JSON values in one body"),
    (
        "limits.bundle_entries_max",
        "most entries of a batch or transaction",
    ),
    (
        "limits.patch_operations_max",
        "most operations of one patch",
    ),
    (
        "limits.write_attempts_max",
        "how often a change is worked out anew because others changed what it begins from",
    ),
    (
        "limits.conditional_deletes_max",
        "most resources that one conditional delete may delete, where the instance allows several",
    ),
    (
        "limits.bundle_searches_max",
        "most conditions and conditional references of one transaction, with the searches of rules for it",
    ),
    (
        "limits.bundle_answer_bytes_max",
        "bytes of what the reading entries of one Bundle answer, beyond which no further one is read; and of one `$graphql` answer, and of the resources it needs",
    ),
    (
        "limits.history_scanned_max",
        "most versions looked at for one page of a history of types",
    ),
    (
        "limits.operation_scanned_max",
        "most resources one operation looks at",
    ),
    ("limits.page_default", "page size when `_count` is absent"),
    (
        "limits.page_max",
        "largest page; a larger `_count` is served as this",
    ),
    ("limits.criteria_max", "most search criteria in one query"),
    (
        "limits.alternatives_max",
        "most comma-separated alternatives of one criterion",
    ),
    (
        "limits.chain_depth_max",
        "most references followed one after the other in one chained or `_has` parameter",
    ),
    (
        "limits.hops_max",
        "most references followed in one query, each type they may lead to counted",
    ),
    (
        "limits.filter_depth_max",
        "most expressions inside one another in one `_filter`",
    ),
    (
        "limits.concept_sets_max",
        "most value sets and code hierarchies one search names (`:in`, `:below` and their like)",
    ),
    (
        "limits.includes_max",
        "most `_include` and `_revinclude` parameters of one query",
    ),
    (
        "limits.included_max",
        "most resources shown with the matches of one page; an OperationOutcome says when there are more",
    ),
    (
        "limits.expansion_codes_max",
        "most codes of one value set that is expanded",
    ),
    (
        "limits.release_record_bytes_max",
        "longest record of a release file of a code system, in bytes",
    ),
    (
        "limits.release_rows_max",
        "most rows of release files kept in one commit; a second run goes on from there",
    ),
    (
        "limits.graphql_depth_max",
        "deepest nesting of a `$graphql` query, its fragments written out",
    ),
    (
        "limits.graphql_fields_max",
        "most fields of a `$graphql` query, its fragments written out, and of its answer",
    ),
    (
        "limits.graphql_resources_max",
        "most resources that one `$graphql` query needs",
    ),
    (
        "limits.query_bytes_max",
        "longest query string or search form, in bytes",
    ),
    (
        "limits.search_ms_max",
        "longest time one search may take, in milliseconds; what takes longer is refused as too costly",
    ),
    (
        "limits.request_ms_max",
        "longest time one request may take, in milliseconds",
    ),
    (
        "limits.write_queue_max",
        "most writes waiting for one instance's writer before 503 is answered",
    ),
    (
        "limits.group_commit_max",
        "most writes that share one commit",
    ),
    (
        "limits.reindex_part_max",
        "most resources of which the index is built anew in one commit",
    ),
    (
        "limits.search_parameters_max",
        "most search parameters that one instance defines, each counted for each type it searches",
    ),
    (
        "limits.cluster_connections_max",
        "most connections of one instance on one node to its PostgreSQL server",
    ),
    (
        "limits.cluster_connections_node_max",
        "most connections of all instances on one node to one PostgreSQL server; one more listens",
    ),
    (
        "limits.cluster_wait_ms_max",
        "longest wait for one of them, in milliseconds, before 503 is answered",
    ),
    (
        "limits.cluster_idle_ms_max",
        "longest time one of them is kept open without use, in milliseconds",
    ),
    (
        "limits.audit_waiting_max",
        "most audit records of one instance that wait for the next commit before 503 is answered",
    ),
    (
        "limits.audit_scanned_max",
        "most audit records that one request looks at before its page ends",
    ),
    (
        "limits.audit_strangers_max",
        "most kinds of requests of strangers (address, endpoint, status) that leave audit records of their own in a minute at one instance; the others are counted together",
    ),
    (
        "limits.audit_patients_max",
        "most patients that one audit record names before it says how many mentions it left out",
    ),
    (
        "limits.body_cache_bytes_max",
        "memory for bodies of one instance kept for the next reader, in bytes",
    ),
    (
        "limits.scope_bytes_max",
        "longest OAuth `scope` parameter, in bytes",
    ),
    ("limits.scopes_max", "most scopes in it"),
    (
        "limits.oauth_parameters_max",
        "most parameters in one OAuth form",
    ),
    (
        "limits.token_cache_bytes_max",
        "memory for checked access tokens of one instance, in bytes",
    ),
    (
        "limits.assertion_bytes_max",
        "longest client assertion, in bytes",
    ),
    (
        "limits.outbound_bytes_max",
        "longest document fetched from another server, such as an app's key set, in bytes",
    ),
    (
        "limits.outbound_ms_max",
        "longest time another server may take to answer, in milliseconds",
    ),
    ("limits.jwks_keys_max", "most keys in one app's key set"),
    (
        "limits.authentication_failures_max",
        "most failed authentications of one app in a minute before further ones are answered 429",
    ),
    (
        "limits.sandbox_tokens_max",
        "most tokens the page of a sandbox gives out in a minute before further ones are answered 429",
    ),
    (
        "limits.authorizations_max",
        "most authorization requests that one address may send in a minute before further ones are turned away",
    ),
    (
        "limits.sign_in_failures_max",
        "most failed sign-ins of one person from one address in a quarter of an hour before further ones are turned away",
    ),
    (
        "limits.codes_guessed_max",
        "most wrong codes of a second step of one person in a day, after the right password, before codes count for nothing in browsers that are not known",
    ),
    (
        "limits.passkey_challenges_max",
        "most passkeys that one address may be asked for in a minute before further requests are turned away",
    ),
    ("limits.passkeys_max", "most passkeys of one person"),
    (
        "limits.password_queue_max",
        "most passwords that wait to be hashed before further ones are answered 503",
    ),
    (
        "limits.logo_bytes_max",
        "largest picture of an app, in bytes",
    ),
    ("limits.redirect_uris_max", "most redirect URIs of one app"),
    (
        "limits.self_registered_apps_max",
        "most apps of one instance that registered themselves",
    ),
    (
        "limits.self_registrations_max",
        "most requests of one address to register an app, or to change its registration, in an hour before further ones are answered 429",
    ),
    (
        "limits.registrations_listed_max",
        "most registrations that one page lists, the newest first",
    ),
    (
        "limits.mails_waiting_max",
        "most messages of one instance that wait to be sent before 503 is answered to what would send another",
    ),
    (
        "limits.password_links_max",
        "most links for a new password that are sent for one name, or asked for from one address, in an hour",
    ),
    (
        "limits.jobs_per_app_max",
        "most asynchronous requests of one app that wait, are under way or whose answers are kept",
    ),
    (
        "limits.jobs_at_once_max",
        "most asynchronous requests of one instance that one node carries out at once",
    ),
    (
        "limits.jobs_at_once_node_max",
        "most asynchronous requests of all instances that one node carries out at once",
    ),
    (
        "limits.job_ms_max",
        "longest time one asynchronous request may take, in milliseconds",
    ),
    (
        "limits.job_search_ms_max",
        "longest time one search may take that nobody waits for, in milliseconds",
    ),
    (
        "limits.job_answer_bytes_max",
        "longest answer of an asynchronous request, in bytes",
    ),
    (
        "limits.job_kept_s",
        "how long an asynchronous request and its answer are kept, in seconds; a day at most, for what authorized it is forgotten then",
    ),
    (
        "limits.job_lease_ms",
        "how long a node that gives no sign of life holds an asynchronous request, in milliseconds, before another may go on with it",
    ),
];

/// One setting.
pub(crate) struct Row {
    /// As written in the file; a dot stands for a table.
    pub(crate) key: &'static str,
    /// The environment variable.
    pub(crate) variable: String,
    /// The value without any layer.
    pub(crate) default: String,
    /// What it means.
    pub(crate) meaning: &'static str,
}

/// Every setting in the order of the documentation.
pub(crate) fn rows() -> Vec<Row> {
    let defaults = serde_json::to_value(Settings::default()).unwrap_or_default();
    let row = |(key, meaning): &(&'static str, &'static str)| Row {
        key,
        variable: format!(
            "{ENV_PREFIX}{}",
            key.to_ascii_uppercase().replace('.', "__")
        ),
        default: value_at(&defaults, key),
        meaning,
    };
    MEANINGS.iter().map(row).collect()
}

fn value_at(defaults: &Value, key: &str) -> String {
    let pointer = format!("/{}", key.replace('.', "/"));
    match defaults.pointer(&pointer) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(Value::Object(members)) if members.is_empty() => String::new(),
        Some(other) => other.to_string(),
    }
}

/// The documentation's table.
pub(crate) fn markdown() -> String {
    let mut out = String::from(
        "# Settings\n\nGenerated by `cresset settings --markdown`. A setting is taken from the flag, else from the \
environment variable, else from the file given with `--config` (TOML; a dot in the key stands for a table), else it \
has its default.\n\n| setting | environment variable | default | meaning |\n|---|---|---|---|\n",
    );
    for row in rows() {
        let Row {
            key,
            variable,
            default,
            meaning,
        } = row;
        let default = if default.is_empty() {
            default
        } else {
            format!("`{default}`")
        };
        let (key, variable) = (format!("`{key}`"), format!("`{variable}`"));
        let cells = [key.as_str(), variable.as_str(), default.as_str(), meaning];
        out.push_str("| ");
        out.push_str(&cells.join(" | "));
        out.push_str(" |\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{MEANINGS, Settings, markdown};
    use serde_json::Value;
    use std::collections::BTreeSet;

    fn keys(value: &Value, path: &str, out: &mut BTreeSet<String>) {
        match value.as_object() {
            // Names in an empty table are the operator's.
            Some(members) if !members.is_empty() => {
                for (name, value) in members {
                    keys(value, &format!("{path}.{name}"), out);
                }
            }
            _ => drop(out.insert(path.trim_start_matches('.').to_owned())),
        }
    }

    #[test]
    fn every_setting_has_a_row_and_every_row_is_a_setting() {
        let mut settings = BTreeSet::new();
        keys(
            &serde_json::to_value(Settings::default()).unwrap(),
            "",
            &mut settings,
        );
        let rows: BTreeSet<String> = MEANINGS.iter().map(|(key, _)| (*key).to_owned()).collect();
        assert_eq!(rows, settings);
    }

    #[test]
    fn the_documentation_is_current() {
        let written = include_str!("../../../../docs/settings.md");
        assert!(
            written == markdown(),
            "run `cargo run -- settings --markdown > docs/settings.md`"
        );
    }
}
