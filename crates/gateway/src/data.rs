//! The data folder: who may read it, and the secrets that are files in it.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use spool_domain::ids::Entropy;
use spool_engine::secret::ServerKey;

/// The server's own key: 32 bytes in hexadecimal.
const SERVER_KEY: &str = "server.key";

/// The test key of the first start.
pub const TEST_KEY: &str = "test.key";

/// Makes the folder where it is missing; only its owner may enter it.
pub fn make(dir: &Path) -> anyhow::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir).with_context(|| {
        format!("the data folder {} cannot be made; name another with --data", dir.display())
    })?;
    // A folder that was there before keeps its rights: others may have been let in on purpose.
    if dir.metadata().is_ok_and(|folder| folder.permissions().mode() & 0o077 != 0) {
        tracing::warn!(
            "others on this machine may look into the data folder {0}, which holds prompts and results; `chmod 700 {0}` \
             keeps them out",
            dir.display()
        );
    }
    Ok(())
}

/// Reads the server's key, or makes it where there is no database yet.
pub fn server_key(dir: &Path, entropy: &dyn Entropy) -> anyhow::Result<ServerKey> {
    let path = dir.join(SERVER_KEY);
    let told = || format!("the server's key {}", path.display());
    if !path.try_exists().with_context(told)? {
        if dir.join(spool_store::sqlite::DATABASE).exists() {
            bail!(
                "{} is missing, but {} holds a database that was made with it. Jobs at providers are found again \
                 only with that key: put it back from your backup",
                path.display(),
                dir.display()
            );
        }
        let mut bytes = [0; 32];
        entropy.fill(&mut bytes);
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        write_secret(&path, &hex).with_context(told)?;
    }
    let text = read_secret(&path).with_context(told)?;
    let bytes = from_hex(&text).with_context(|| {
        format!("{} is not 64 hexadecimal digits: put it back from your backup", path.display())
    })?;
    Ok(ServerKey::new(bytes))
}

/// The test key, if it is there.
pub fn test_key(dir: &Path) -> anyhow::Result<Option<String>> {
    let path = dir.join(TEST_KEY);
    match read_secret(&path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("the test key {}", path.display())),
    }
}

/// Removes a test key that a broken first start left.
pub fn forget_test_key(dir: &Path) -> anyhow::Result<()> {
    match std::fs::remove_file(dir.join(TEST_KEY)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error).context(TEST_KEY),
        _ => Ok(()),
    }
}

/// Keeps the test key.
pub fn keep_test_key(dir: &Path, key: &str) -> anyhow::Result<PathBuf> {
    let path = dir.join(TEST_KEY);
    write_secret(&path, key).with_context(|| format!("the test key {}", path.display()))?;
    Ok(path)
}

/// A short text without its line end.
fn read_secret(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    // Longer than any secret we write; a mistaken huge file is not read whole.
    File::open(path)?.take(4_096).read_to_string(&mut text)?;
    Ok(text.trim().to_owned())
}

/// Writes a file that only its owner may read: whole and synced, or not at all. A file that is there already
/// stays: whoever came first has won.
fn write_secret(path: &Path, text: &str) -> io::Result<()> {
    let process = std::process::id();
    let draft = path.with_extension(format!("draft-{process}"));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    file.write_all(format!("{text}\n").as_bytes())?;
    file.sync_all()?;
    let linked = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    // The name is durable only with its folder.
    File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, place) in bytes.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(text.get(place..place + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemEntropy;

    fn mode(path: &Path) -> u32 {
        path.metadata().unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_new_folder_and_its_key_are_for_the_owner_alone_and_the_key_stays() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("deep/data");
        make(&dir).unwrap();
        let first = server_key(&dir, &SystemEntropy).unwrap();
        let again = server_key(&dir, &SystemEntropy).unwrap();
        assert_eq!(first.derive("x"), again.derive("x"));
        assert_eq!((mode(&dir), mode(&dir.join(SERVER_KEY))), (0o700, 0o600));
        let names: Vec<_> =
            std::fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, [SERVER_KEY], "no draft is left");
    }

    #[test]
    fn a_lost_or_broken_key_beside_a_database_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(spool_store::sqlite::DATABASE), "").unwrap();
        let error = server_key(folder.path(), &SystemEntropy).err().unwrap().to_string();
        assert!(error.contains("is missing") && error.contains("backup"), "{error}");
        std::fs::write(folder.path().join(SERVER_KEY), "abc").unwrap();
        assert!(server_key(folder.path(), &SystemEntropy).is_err());
    }

    #[test]
    fn a_secret_that_is_there_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        keep_test_key(folder.path(), "first").unwrap();
        keep_test_key(folder.path(), "second").unwrap();
        assert_eq!(test_key(folder.path()).unwrap().as_deref(), Some("first"));
    }
}
