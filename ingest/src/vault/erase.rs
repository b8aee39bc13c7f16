//! Taking a person out of the vault: originals go whole, refused records one by one.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use datasets::lake::{Come, Watch};
use readers::holds;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{ORIGINALS, QUARANTINE, RawRecord, SealWriter, Vault, entries, wrong};
use crate::IngestError;
use crate::batch::named;
use crate::erase::{Batches, Subject};

/// What of the vault holds a person.
#[derive(Debug, Clone, Default, Serialize)]
pub struct VaultErasure {
    /// Originals, by SHA-256.
    pub originals: BTreeSet<String>,
    /// Refused records by `BATCH/ATTEMPT`.
    pub refused: BTreeMap<String, usize>,
    /// Batch, line and row hash of each.
    #[serde(skip)]
    records: HashSet<(String, u64, String)>,
}

impl VaultErasure {
    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.originals.is_empty() && self.refused.is_empty()
    }

    /// Whether the text of a refused record is the person's.
    pub(crate) fn holds(&self, batch_id: &str, line: u64, row_hash: &str) -> bool {
        self.records.contains(&(batch_id.to_owned(), line, row_hash.to_owned()))
    }
}

impl Vault {
    /// Finds a person: refused records with the identifier; originals of batches that have landed a row
    /// or refused a record of the person; and, if the identifier is known, originals in which it stands.
    pub(crate) fn plan_erase(
        &self,
        subject: &Subject,
        landed: BTreeSet<String>,
        batches: &Batches,
        watch: Watch<'_>,
    ) -> Result<VaultErasure, IngestError> {
        let mut found = VaultErasure::default();
        let mut of_person = landed;
        let originals = entries(&self.options.folder.join(ORIGINALS))?;
        let mut refused = Vec::new();
        for folder in entries(&self.options.folder.join(QUARANTINE))? {
            refused.push((name(&folder), entries(&folder)?));
        }
        let texts = refused.iter().flat_map(|(_, files)| files);
        let mut come = come("look into the vault", texts.chain(&originals));
        for (batch, files) in refused {
            for file in files {
                let mut records = 0;
                self.records(&file, &mut |record| {
                    come.rows += 1;
                    if is_of(subject, &record) {
                        found.records.insert((batch.clone(), record.line, record.row_hash));
                        records += 1;
                    }
                    Ok(())
                })?;
                if records > 0 {
                    found.refused.insert(format!("{batch}/{}", name(&file)), records);
                    of_person.insert(batch.clone());
                }
                come.bytes += size(&file);
                watch(come);
            }
        }
        // What an original is called in the ledger takes its bytes and the mapping to tell.
        let mut ways: HashMap<&(String, String), HashSet<&str>> = HashMap::new();
        for id in &of_person {
            if let Some(way) = batches.get(id) {
                ways.entry(way).or_default().insert(id);
            }
        }
        let needles = subject.needles();
        for file in originals {
            if self.is_of_batch(&file, &ways)? || self.is_in_original(&file, &needles)? {
                found.originals.insert(name(&file));
            }
            come.bytes += size(&file);
            watch(come);
        }
        Ok(found)
    }

    fn is_of_batch(&self, file: &Path, ways: &HashMap<&(String, String), HashSet<&str>>) -> Result<bool, IngestError> {
        let Some(mut reader) = self.read(file)?.filter(|_| !ways.is_empty()) else { return Ok(false) };
        let (mut digest, mut buffer) = (Sha256::new(), vec![0; super::seal::FRAME]);
        loop {
            match reader.read(&mut buffer).map_err(|error| wrong(file, &error))? {
                0 => break,
                count => digest.update(&buffer[..count]),
            }
        }
        Ok(ways.iter().any(|((mapping, version), ids)| {
            ids.contains(hex::encode(named(&digest, mapping, version).finalize()).as_str())
        }))
    }

    fn is_in_original(&self, file: &Path, needles: &[Vec<u8>]) -> Result<bool, IngestError> {
        match self.read(file)?.filter(|_| !needles.is_empty()) {
            Some(reader) => holds(Box::new(reader), needles)
                .map_err(|reason| IngestError::Vault { file: file.display().to_string(), reason }),
            None => Ok(false),
        }
    }

    /// Carries out a plan. Originals go first: which they are may be told by refused records alone.
    pub(crate) fn erase(&self, plan: &VaultErasure, watch: Watch<'_>) -> Result<(), IngestError> {
        for original in &plan.originals {
            self.remove(&self.original(original))?;
        }
        let folder = self.options.folder.join(QUARANTINE);
        let files: Vec<PathBuf> = plan.refused.keys().map(|file| folder.join(file)).collect();
        let mut come = come("write refused rows anew", &files);
        for file in &files {
            let bytes = size(file);
            self.rewrite(file, plan, &mut come)?;
            come.bytes += bytes;
            watch(come);
        }
        Ok(())
    }

    /// Writes a file of refused records anew without the person's, to be kept as long as before.
    fn rewrite(&self, file: &Path, plan: &VaultErasure, come: &mut Come) -> Result<(), IngestError> {
        let Some(kept_at) = self.read(file)?.map(|reader| reader.kept_at()) else { return Ok(()) };
        let batch = file.parent().map(name).unwrap_or_default();
        let mut left: Option<SealWriter> = None;
        self.records(file, &mut |record| {
            come.rows += 1;
            if plan.holds(&batch, record.line, &record.row_hash) {
                return Ok(());
            }
            let mut writer = match left.take() {
                Some(writer) => writer,
                None => self.begin(kept_at)?,
            };
            writer.write(&record.text_of_file(file)?).map_err(|error| wrong(file, &error))?;
            left = Some(writer);
            Ok(())
        })?;
        match left {
            Some(writer) => writer.publish(file, &self.name_of(file)).map_err(|error| wrong(file, &error)),
            None => self.remove(file),
        }
    }

    /// Removes a file; when this returns, a power cut does not bring it back.
    fn remove(&self, file: &Path) -> Result<(), IngestError> {
        let removed = match self.disk.remove(file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        };
        let synced = removed.and_then(|()| file.parent().map_or(Ok(()), |folder| self.disk.sync_dir(folder)));
        synced.map_err(|error| wrong(file, &error))
    }
}

fn is_of(subject: &Subject, record: &RawRecord) -> bool {
    let mut texts = record.values.iter().map(|(_, value)| value).chain(&record.text);
    texts.any(|text| subject.is_in(text))
}

/// What there is to do with these files.
fn come<'a>(stage: &'static str, files: impl IntoIterator<Item = &'a PathBuf>) -> Come {
    Come { stage, rows: 0, bytes: 0, of: files.into_iter().map(|file| size(file)).sum() }
}

/// Bytes of a file; none if it is gone.
fn size(file: &Path) -> u64 {
    std::fs::metadata(file).map_or(0, |file| file.len())
}

/// The last part of a path.
fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
