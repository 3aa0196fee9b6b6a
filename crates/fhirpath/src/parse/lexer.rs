//! Tokens of FHIRPath.

use super::Fault;

/// What a token is; texts are unescaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    /// A plain identifier, which may be a keyword.
    Word(String),
    /// An identifier in backticks, never a keyword.
    Delimited(String),
    String(String),
    Number(String),
    /// `@2020-01-01T10:00`, without the `@`.
    Temporal(String),
    /// `%resource`, `%'name'`, without the `%`.
    External(String),
    /// `$this` and its like, without the `$`.
    Special(String),
    Symbol(&'static str),
    End,
}

/// Longer symbols first.
const SYMBOLS: [&str; 22] = [
    "<=", ">=", "!=", "!~", "(", ")", "[", "]", "{", "}", ".", ",", "+", "-", "*", "/", "|", "&",
    "<", ">", "=", "~",
];

/// All tokens with their offsets, [`Token::End`] last.
pub(crate) fn tokens(expression: &str) -> Result<Vec<(Token, usize)>, Fault> {
    let mut lexer = Lexer {
        rest: expression,
        whole: expression.len(),
    };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_blank()?;
        let offset = lexer.offset();
        let token = lexer.token()?;
        let end = token == Token::End;
        tokens.push((token, offset));
        if end {
            return Ok(tokens);
        }
    }
}

struct Lexer<'e> {
    rest: &'e str,
    whole: usize,
}

impl<'e> Lexer<'e> {
    fn offset(&self) -> usize {
        self.whole - self.rest.len()
    }

    fn skip_blank(&mut self) -> Result<(), Fault> {
        loop {
            self.rest = self.rest.trim_start();
            if let Some(comment) = self.rest.strip_prefix("//") {
                self.rest = comment
                    .find('\n')
                    .and_then(|end| comment.get(end..))
                    .unwrap_or_default();
            } else if let Some(comment) = self.rest.strip_prefix("/*") {
                let Some((_, after)) = comment.split_once("*/") else {
                    return Err(Fault::syntax(self.offset(), "a comment does not end"));
                };
                self.rest = after;
            } else {
                return Ok(());
            }
        }
    }

    fn token(&mut self) -> Result<Token, Fault> {
        let Some(first) = self.rest.chars().next() else {
            return Ok(Token::End);
        };
        Ok(match first {
            '\'' | '"' => Token::String(self.quoted(first)?),
            '`' => Token::Delimited(self.quoted('`')?),
            '0'..='9' => Token::Number(self.number().to_owned()),
            '@' => {
                self.advance(1);
                Token::Temporal(self.temporal().to_owned())
            }
            '%' => self.external()?,
            '$' => {
                self.advance(1);
                Token::Special(self.word()?.to_owned())
            }
            'a'..='z' | 'A'..='Z' | '_' => Token::Word(self.word()?.to_owned()),
            _ => self.symbol()?,
        })
    }

    fn symbol(&mut self) -> Result<Token, Fault> {
        let symbol = SYMBOLS.into_iter().find(|s| self.rest.starts_with(s));
        let symbol = symbol.ok_or_else(|| Fault::syntax(self.offset(), "an unknown character"))?;
        self.advance(symbol.len());
        Ok(Token::Symbol(symbol))
    }

    fn external(&mut self) -> Result<Token, Fault> {
        self.advance(1);
        Ok(Token::External(match self.rest.chars().next() {
            Some(quote @ ('`' | '\'' | '"')) => self.quoted(quote)?,
            _ => self.word()?.to_owned(),
        }))
    }

    fn word(&mut self) -> Result<&'e str, Fault> {
        let offset = self.offset();
        let word = self.take_while(|c| c.is_ascii_alphanumeric() || c == '_');
        if word.is_empty() {
            Err(Fault::syntax(offset, "a name is missing"))
        } else {
            Ok(word)
        }
    }

    /// Digits, and a fraction only where digits follow the point.
    fn number(&mut self) -> &'e str {
        let text = self.rest;
        let whole = text.bytes().take_while(u8::is_ascii_digit).count();
        let after = text.get(whole..).unwrap_or_default();
        let fraction = after
            .strip_prefix('.')
            .map_or(0, |f| f.bytes().take_while(u8::is_ascii_digit).count());
        self.take(if fraction > 0 {
            whole + 1 + fraction
        } else {
            whole
        })
    }

    /// A point belongs to the literal only as the fraction of a second.
    fn temporal(&mut self) -> &'e str {
        let bytes = self.rest.as_bytes();
        let belongs = |at: usize, b: u8| match b {
            b'0'..=b'9' | b'-' | b':' | b'T' | b'Z' | b'+' => true,
            b'.' => bytes.get(at + 1).is_some_and(u8::is_ascii_digit),
            _ => false,
        };
        self.take(
            bytes
                .iter()
                .enumerate()
                .take_while(|&(at, &b)| belongs(at, b))
                .count(),
        )
    }

    fn quoted(&mut self, quote: char) -> Result<String, Fault> {
        let start = self.offset();
        let unfinished = || Fault::syntax(start, "a quotation does not end");
        self.advance(quote.len_utf8());
        let mut text = String::new();
        loop {
            text.push_str(self.take_while(|c| c != quote && c != '\\'));
            let stop = self.rest.chars().next().ok_or_else(unfinished)?;
            self.advance(1);
            if stop == quote {
                return Ok(text);
            }
            text.push(self.escape()?);
        }
    }

    fn escape(&mut self) -> Result<char, Fault> {
        let unknown = Fault::syntax(self.offset(), "an unknown escape");
        let c = self.rest.chars().next().ok_or(unknown.clone())?;
        self.advance(c.len_utf8());
        match c {
            '\'' | '"' | '`' | '\\' | '/' => Ok(c),
            'f' => Ok('\u{c}'),
            'n' => Ok('\n'),
            'r' => Ok('\r'),
            't' => Ok('\t'),
            'u' => {
                let digits = self.take(4);
                if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
                    return Err(unknown);
                }
                u32::from_str_radix(digits, 16)
                    .ok()
                    .and_then(char::from_u32)
                    .ok_or(unknown)
            }
            _ => Err(unknown),
        }
    }

    fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'e str {
        self.take(self.rest.find(|c| !belongs(c)).unwrap_or(self.rest.len()))
    }

    fn take(&mut self, len: usize) -> &'e str {
        let (taken, rest) = self.rest.split_at_checked(len).unwrap_or(("", self.rest));
        self.rest = rest;
        taken
    }

    fn advance(&mut self, len: usize) {
        self.take(len);
    }
}
