//! The key that seals providers' credentials: a file that lies elsewhere than what it seals.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use spool_domain::ids::Entropy;
use spool_engine::credential::MasterKey;
use zeroize::Zeroizing;

/// Makes a key file that only its owner may read. One that is there stays as it is: credentials may be sealed with it.
pub fn make(path: &Path, data: &Path, entropy: &dyn Entropy) -> anyhow::Result<()> {
    let told = || format!("the master key {}", path.display());
    if lies_in(data, path) {
        bail!("{}", inside(path, data));
    }
    let mut bytes = Zeroizing::new([0; 32]);
    entropy.fill(bytes.as_mut());
    let text = Zeroizing::new(BASE64_STANDARD.encode(bytes.as_ref()));
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut file = match opened {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            bail!("{} is there already, and stays as it is", path.display())
        }
        opened => opened.with_context(told)?,
    };
    file.write_all(text.as_bytes()).and_then(|()| file.write_all(b"\n")).with_context(told)?;
    file.sync_all().with_context(told)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // The name is durable only with its folder.
    File::open(folder).and_then(|folder| folder.sync_all()).with_context(told)
}

/// Reads a key file.
pub fn read(path: &Path) -> anyhow::Result<MasterKey> {
    let told = || format!("the master key {}", path.display());
    let file = File::open(path).with_context(told)?;
    let rights = file.metadata().with_context(told)?.permissions().mode();
    if rights & 0o077 != 0 {
        tracing::warn!("others on this machine may read {}; `chmod 600` keeps them out", path.display());
    }
    let mut text = Zeroizing::new(String::new());
    file.take(4_096).read_to_string(&mut text).with_context(told)?;
    let bytes = BASE64_STANDARD.decode(text.trim()).ok().map(Zeroizing::new);
    let bytes = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes.as_slice()).ok());
    let Some(bytes) = bytes else {
        bail!(
            "{} does not hold 32 bytes in base64; `spool master-key new FILE` makes such a file",
            path.display()
        );
    };
    Ok(MasterKey::new(bytes))
}

/// Whether a file lies in a folder, by its name or in truth.
pub fn lies_in(folder: &Path, file: &Path) -> bool {
    let named = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    // A file that is still to be made has a folder at least.
    let real = |path: &Path| {
        path.canonicalize().ok().or_else(|| {
            let path = named(path);
            Some(path.parent()?.canonicalize().ok()?.join(path.file_name()?))
        })
    };
    let within = |folder: Option<PathBuf>, file: Option<PathBuf>| match (folder, file) {
        (Some(folder), Some(file)) => file.starts_with(folder),
        _ => false,
    };
    within(Some(named(folder)), Some(named(file))) || within(real(folder), real(file))
}

/// Why a key file may not lie in the data folder.
pub fn inside(path: &Path, data: &Path) -> String {
    format!(
        "{} lies in the data folder {}: whoever gets a copy of that folder would get the key with what it seals. Choose \
         a place outside",
        path.display(),
        data.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemEntropy;

    #[test]
    fn a_key_is_made_once_for_its_owner_alone_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let (path, data) = (folder.path().join("spool.key"), folder.path().join("data"));
        make(&path, &data, &SystemEntropy).unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_to_string(&path).unwrap().len(), 45);
        assert!(read(&path).is_ok());
        let again = make(&path, &data, &SystemEntropy).unwrap_err().to_string();
        assert!(again.contains("there already"), "{again}");
        std::fs::write(&path, "c2hvcnQ=\n").unwrap();
        assert!(read(&path).err().unwrap().to_string().contains("32 bytes"));
    }

    #[test]
    fn s8_a_key_in_the_data_folder_is_found_out_by_name_and_through_links() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        std::fs::create_dir(&data).unwrap();
        std::os::unix::fs::symlink(&data, folder.path().join("link")).unwrap();
        std::os::unix::fs::symlink(folder.path().join("outside"), data.join("points-out")).unwrap();
        std::fs::write(folder.path().join("outside"), "").unwrap();
        for (name, inside) in [
            ("data/key", true),
            ("data/deep/../key", true),
            ("link/key", true),
            ("data/points-out", true),
            ("key", false),
            ("data-2/key", false),
        ] {
            assert_eq!(lies_in(&data, &folder.path().join(name)), inside, "{name}");
        }
        let refused = make(&data.join("key"), &data, &SystemEntropy).unwrap_err().to_string();
        assert!(refused.contains("data folder") && !data.join("key").exists(), "{refused}");
    }
}
