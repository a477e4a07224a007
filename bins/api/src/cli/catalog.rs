//! Another product's catalog: the one that its agents have.

use std::path::Path;

use wfm_core::catalog::Catalog;
use wfm_core::catalog::file::{Format, read};

use super::Error;

/// Reads the catalog in a file.
pub(super) fn from_file(file: &Path) -> Result<Catalog, Error> {
    let format = Format::of_path(file).ok_or_else(|| Error::CatalogFormat { file: file.to_owned() })?;
    let text = std::fs::read_to_string(file).map_err(|source| Error::Unreadable { file: file.to_owned(), source })?;
    read(&text, format).map_err(|mistakes| Error::Catalog { file: file.to_owned(), mistakes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_catalog_is_read_and_a_wrong_one_is_named_with_its_mistake() {
        let folder = tempfile::tempdir().unwrap();
        let read = |name: &str, text: &str| {
            let file = folder.path().join(name);
            std::fs::write(&file, text).unwrap();
            from_file(&file).map_err(|error| error.to_string())
        };
        let shop = "product = 'Shop'\n[components.shop-api]\nkind = ";
        let catalog = read("shop.toml", &format!("{shop}'Deployment'")).unwrap();
        assert!(catalog.get("shop-api").is_some() && catalog.get("deis-router").is_none());
        let mistake = read("wrong.toml", &format!("{shop}'Pod'")).unwrap_err();
        assert!(mistake.contains("wrong.toml: ") && mistake.contains('3') && mistake.contains("Pod"), "{mistake}");
        assert!(read("shop.json", "{}").unwrap_err().contains("neither .toml nor .yaml"));
        assert!(from_file(&folder.path().join("none.toml")).unwrap_err().to_string().starts_with("cannot read "));
    }
}
