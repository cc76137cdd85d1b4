//! The data folder: on a local disk, and ours alone, or the server does not start (D4).

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use super::OpenError;

/// The file whose lock makes the folder ours. The system takes the lock back when the process ends, however it ends.
const LOCK: &str = "spool.lock";

/// File systems over a network: their locks and syncs promise less than the log needs.
const NETWORK: [&str; 9] =
    ["nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "lustre", "fuse.sshfs", "fuse.glusterfs"];

/// The folder is ours as long as this lives.
pub(super) struct Lock(File);

impl Drop for Lock {
    /// Told to the system, since closing the file is not enough: a program that this process is just starting holds a copy
    /// of every open file, and with it the lock, until it runs. A failure is what closing alone would be: the lock ends
    /// with the last copy.
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

/// Makes the folder where it is missing, and takes it until the returned lock is dropped.
pub(super) fn take(dir: &Path) -> Result<Lock, OpenError> {
    let failed = |error| OpenError::Folder { folder: dir.to_owned(), error };
    std::fs::create_dir_all(dir).map_err(failed)?;
    let whole = dir.canonicalize().map_err(failed)?;
    // Elsewhere than on Linux there is no such list, and the operator has to know.
    let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    if let Some(kind) = network_kind(&mounts, &whole) {
        return Err(OpenError::Network { folder: whole, kind });
    }
    let file =
        OpenOptions::new().create(true).truncate(false).write(true).open(dir.join(LOCK)).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(dir.to_owned())),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// The kind of network file system a folder lies on, if it does. Lines of `mounts` are `device folder kind …`; the
/// deepest folder counts, and of several mounts on one folder the last.
fn network_kind(mounts: &str, dir: &Path) -> Option<String> {
    let mut deepest = (0, "");
    for line in mounts.lines() {
        let mut words = line.split(' ').skip(1);
        let (Some(at), Some(kind)) = (words.next(), words.next()) else { continue };
        let at = at.replace("\\040", " ");
        let depth = Path::new(&at).components().count();
        if dir.starts_with(&at) && depth >= deepest.0 {
            deepest = (depth, kind);
        }
    }
    NETWORK.contains(&deepest.1).then(|| deepest.1.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d4_a_folder_is_free_once_it_is_let_go_even_while_a_program_is_being_started() {
        let dir = tempfile::tempdir().unwrap();
        let lock = take(dir.path()).unwrap();
        assert!(matches!(take(dir.path()), Err(OpenError::InUse(_))));
        let held_by_a_child = lock.0.try_clone().unwrap();
        drop(lock);
        take(dir.path()).unwrap();
        drop(held_by_a_child);
    }

    #[test]
    fn d4_a_folder_on_a_network_is_recognised() {
        let mounts = "/dev/vda / ext4 rw 0 0\n\
                      server:/x /srv/far nfs4 rw 0 0\n\
                      /dev/vdb /srv/far/near xfs rw 0 0\n\
                      //box/share /srv/two\\040words cifs rw 0 0\n\
                      over /srv/twice nfs rw 0 0\n\
                      /dev/vdc /srv/twice ext4 rw 0 0\n\
                      broken\n";
        let kind = |dir: &str| network_kind(mounts, Path::new(dir));
        assert_eq!(kind("/srv/far/data").as_deref(), Some("nfs4"));
        assert_eq!(kind("/srv/two words/data").as_deref(), Some("cifs"));
        for local in ["/srv/data", "/srv/far/near/data", "/srv/farther", "/srv/twice/data", "/"] {
            assert_eq!(kind(local), None, "{local}");
        }
        assert_eq!(network_kind("", Path::new("/srv")), None);
    }
}
