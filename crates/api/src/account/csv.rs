//! Tables for spreadsheets (RFC 4180).

use axum::response::Response;
use http::{HeaderValue, header};
use spool_domain::fault::{Fault, Kind};

use crate::answer;

/// One cell.
pub(super) enum Cell {
    /// Text that somebody chose. A spreadsheet would run one that looks like a formula.
    Name(String),
    /// A number or a date of ours.
    Plain(String),
}

impl Cell {
    fn into_text(self) -> String {
        match self {
            Self::Name(name) if name.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) => {
                format!("'{name}")
            }
            Self::Name(text) | Self::Plain(text) => text,
        }
    }
}

/// A table as a file to save.
pub(super) fn file(
    name: &str,
    head: &[&str],
    rows: impl Iterator<Item = Vec<Cell>>,
) -> Result<Response, Fault> {
    let bytes = text(head, rows).ok_or(Kind::Internal)?;
    let mut response = answer::json_bytes(http::StatusCode::OK, bytes);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present"));
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{name}\""));
    headers.insert(header::CONTENT_DISPOSITION, disposition.map_err(|_| Kind::Internal)?);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(response)
}

/// Nothing only if a row has another number of cells than the head, which no row has.
fn text(head: &[&str], rows: impl Iterator<Item = Vec<Cell>>) -> Option<Vec<u8>> {
    let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(head).ok()?;
    for row in rows {
        writer.write_record(row.into_iter().map(Cell::into_text)).ok()?;
    }
    writer.into_inner().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_where_needed_and_never_run_as_formulas() {
        let name = |text: &str| Cell::Name(text.to_owned());
        let plain = |text: &str| Cell::Plain(text.to_owned());
        let rows = [
            vec![name("a \"big\", red fox"), plain("-0.04")],
            vec![name("two\nlines"), plain("1")],
            vec![name("=1+1"), plain("2026-11-21")],
            vec![name("+1"), plain("")],
            vec![name("-1"), plain("")],
            vec![name("@sum"), plain("")],
            vec![name("\tx"), plain("")],
            vec![name("a=1"), plain("")],
        ];
        let expected = "name,n\r\n\"a \"\"big\"\", red fox\",-0.04\r\n\"two\nlines\",1\r\n'=1+1,2026-11-21\r\n'+1,\r\n\
            '-1,\r\n'@sum,\r\n'\tx,\r\na=1,\r\n";
        let text = text(&["name", "n"], rows.into_iter()).unwrap();
        assert_eq!(String::from_utf8(text).unwrap(), expected);
    }
}
