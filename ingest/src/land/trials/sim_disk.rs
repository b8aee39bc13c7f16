//! A disk that forgets: at a power cut, bytes that were not synced may be gone, and so may names
//! that were made, replaced or removed since their folder was synced. It works on a real folder, so
//! that everything else reads it as ever, and keeps the bytes of every file aside.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use datasets::lake::disk::{Disk, DiskFile, StdDisk};

use super::Random;

#[derive(Debug, Clone)]
pub(super) struct SimDisk {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    /// Where the bytes of every file are kept.
    aside: PathBuf,
    /// Steps until the power is cut.
    steps: u64,
    files: u64,
    /// Files whose bytes are safe.
    synced: BTreeSet<u64>,
    /// Names as the running program sees them, and as they would come back. A name in neither is
    /// as it was when the disk began, and safe.
    now: BTreeMap<PathBuf, Option<u64>>,
    safe: BTreeMap<PathBuf, Option<u64>>,
    /// Folders whose own names are not safe.
    folders: BTreeSet<PathBuf>,
}

impl SimDisk {
    /// The power is cut after so many steps; `aside` is an empty folder on the same file system.
    pub(super) fn new(aside: &Path, steps: u64) -> Self {
        std::fs::create_dir_all(aside).expect("folder");
        let state = State {
            aside: aside.to_owned(),
            steps,
            files: 0,
            synced: BTreeSet::new(),
            now: BTreeMap::new(),
            safe: BTreeMap::new(),
            folders: BTreeSet::new(),
        };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    fn step(&self) -> io::Result<MutexGuard<'_, State>> {
        let mut state = self.state.lock().expect("state");
        if state.steps == 0 {
            return Err(io::Error::other("the power is cut"));
        }
        state.steps -= 1;
        Ok(state)
    }

    /// What is left on the real folder after the cut; where the disk may have kept or forgotten,
    /// chance says which. Everybody who uses the disk must have let go of it.
    pub(super) fn cut(&self, random: &mut Random) {
        let state = self.state.lock().expect("state");
        let lost: Vec<PathBuf> = state.folders.iter().filter(|_| random.in_1000(500)).cloned().collect();
        let paths: BTreeSet<PathBuf> = state.now.keys().chain(state.safe.keys()).cloned().collect();
        for path in paths {
            // Whoever removed it without this disk did so without syncing, too.
            let seen = if path.exists() { state.now.get(&path).copied().flatten() } else { None };
            let safe = state.safe.get(&path).copied().flatten();
            let kept = if seen == safe || random.in_1000(500) { safe } else { seen };
            let _ = std::fs::remove_file(&path);
            if let Some(file) = kept.filter(|_| path.parent().is_some_and(Path::is_dir)) {
                let bytes = std::fs::read(state.kept(file)).expect("bytes");
                let length = if state.synced.contains(&file) {
                    bytes.len()
                } else {
                    random.below(bytes.len() as u64 + 1) as usize
                };
                std::fs::write(&path, &bytes[..length]).expect("written");
            }
        }
        for folder in lost {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

impl State {
    fn kept(&self, file: u64) -> PathBuf {
        self.aside.join(file.to_string())
    }

    /// The file that has the name; one that this disk has not seen before is safe, and is known from
    /// now on.
    fn file_of(&mut self, path: &Path) -> Option<u64> {
        if let Some(known) = self.now.get(path) {
            return *known;
        }
        if !path.exists() {
            return None;
        }
        let file = self.new_file();
        std::fs::hard_link(path, self.kept(file)).expect("kept");
        self.synced.insert(file);
        self.now.insert(path.to_owned(), Some(file));
        self.safe.insert(path.to_owned(), Some(file));
        Some(file)
    }

    fn new_file(&mut self) -> u64 {
        self.files += 1;
        self.files
    }
}

#[derive(Debug)]
struct SimFile {
    inner: Box<dyn DiskFile>,
    file: u64,
    disk: SimDisk,
}

impl DiskFile for SimFile {
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.disk.step()?.synced.remove(&self.file);
        self.inner.write_at(bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        self.disk.step()?.synced.insert(self.file);
        Ok(())
    }
}

impl Disk for SimDisk {
    fn create_new(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let mut state = self.step()?;
        let inner = StdDisk.create_new(path)?;
        let file = state.new_file();
        std::fs::hard_link(path, state.kept(file))?;
        state.now.insert(path.to_owned(), Some(file));
        drop(state);
        Ok(Box::new(SimFile { inner, file, disk: self.clone() }))
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.step()?;
        StdDisk.link(from, to)?;
        let file = state.file_of(from);
        state.now.insert(to.to_owned(), file);
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.step()?;
        let (file, _) = (state.file_of(from), state.file_of(to));
        StdDisk.rename(from, to)?;
        state.now.insert(from.to_owned(), None);
        state.now.insert(to.to_owned(), file);
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.step()?;
        state.file_of(path);
        StdDisk.remove(path)?;
        state.now.insert(path.to_owned(), None);
        Ok(())
    }

    fn create_dir(&self, path: &Path) -> io::Result<bool> {
        let mut state = self.step()?;
        let made = StdDisk.create_dir(path)?;
        if made {
            state.folders.insert(path.to_owned());
        }
        Ok(made)
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        let mut state = self.step()?;
        let inside: Vec<(PathBuf, Option<u64>)> = state
            .now
            .iter()
            .filter(|(name, _)| name.parent() == Some(path))
            .map(|(name, file)| (name.clone(), *file))
            .collect();
        state.safe.extend(inside);
        state.folders.retain(|folder| folder.parent() != Some(path));
        Ok(())
    }
}

#[test]
fn what_was_not_synced_may_be_forgotten_and_what_was_is_not() {
    let dir = tempfile::tempdir().expect("dir");
    let mut forgotten = 0;
    for seed in 0..50 {
        let root = dir.path().join(format!("{seed}"));
        std::fs::create_dir_all(&root).expect("folder");
        let disk = SimDisk::new(&dir.path().join(format!("aside{seed}")), u64::MAX);
        for (name, is_synced) in [("safe", true), ("unsafe", false)] {
            let file = disk.create_new(&root.join(name)).expect("file");
            file.write_at(b"bytes", 0).expect("written");
            if is_synced {
                file.sync().expect("synced");
                disk.sync_dir(&root).expect("synced");
            }
        }
        disk.cut(&mut Random(seed));
        assert_eq!(std::fs::read(root.join("safe")).expect("there"), b"bytes", "seed {seed}");
        forgotten += usize::from(std::fs::read(root.join("unsafe")).ok().as_deref() != Some(b"bytes".as_slice()));
    }
    assert!(forgotten > 20, "{forgotten}");
}
