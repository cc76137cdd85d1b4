//! What an operator keeps of credentials: those in the settings, and those that are sealed in the database.

use std::collections::{HashMap, HashSet};

use serde_json::json;
use spool_domain::adapter::Callbacks;
use spool_domain::credential::{CredentialRow, RemovedCredential};
use spool_domain::fault::{Fault, Kind};
use spool_domain::ids::AccountId;
use spool_domain::operator::Note;
use spool_domain::store;

use super::seal::Place;
use super::set::{CREDENTIALS_MAX, Shelf};
use super::told::{State, Told};
use super::{Credential, Source};
use crate::providers::{BadSetup, Live, Providers};
use crate::secret::Secret;
use crate::{Engine, broken};

impl Providers {
    /// From now on a provider has these credentials from this source, beside those from the other one. Attempts that
    /// are on their way go on with theirs, jobs at the provider with the one of their name. Nothing changes if one
    /// of them is wrong.
    pub fn set_credentials(
        &self,
        provider: &str,
        shelf: Shelf,
        credentials: Vec<Credential>,
    ) -> Result<(), BadSetup> {
        let live = self.check_credentials(provider, &credentials)?;
        live.credentials.replace(shelf, credentials);
        Ok(())
    }

    /// Whether a provider takes these credentials.
    pub(crate) fn check_credentials(
        &self,
        provider: &str,
        credentials: &[Credential],
    ) -> Result<&Live, BadSetup> {
        let live = self.live_by_name(provider).ok_or_else(|| BadSetup::Unknown(provider.to_owned()))?;
        let mut names = HashSet::new();
        for credential in credentials {
            let name = credential.name.clone();
            let fits = if !names.insert(name.clone()) {
                Err("is there twice")
            } else if names.len() > CREDENTIALS_MAX {
                Err("is the 65th; a provider may have 64")
            } else {
                credential.fits(live.manifest().auth)
            };
            fits.map_err(|needed| BadSetup::Credential { provider: provider.to_owned(), name, needed })?;
        }
        Ok(live)
    }
}

/// What is to be sealed under a name. What is none stays as it was, or is as usual for a new name.
#[derive(Default)]
pub struct Change {
    /// The secret; needed for a new name.
    pub secret: Option<Secret>,
    /// Its share of new jobs; 1 for a new name.
    pub weight: Option<u32>,
    /// The accounts it is for; none for a new name: it is for all.
    pub accounts: Option<Vec<AccountId>>,
    /// The secret that callbacks are signed with; the inner none takes it away.
    pub callback_secret: Option<Option<Secret>>,
}

impl Engine {
    /// Whether there is a master key, without which nothing can be sealed or opened.
    pub fn can_seal(&self) -> bool {
        self.inner.providers.master_key().is_some()
    }

    /// From now on these are the credentials in the settings, by provider; providers that are not named have none.
    /// Nothing changes if one of them is wrong.
    pub fn set_credentials(&self, mut all: HashMap<String, Vec<Credential>>) -> Result<(), BadSetup> {
        let providers = &self.inner.providers;
        let names = providers.names();
        if let Some(unknown) = all.keys().find(|name| !names.contains(&name.as_str())) {
            return Err(BadSetup::Unknown(unknown.clone()));
        }
        for (provider, credentials) in &all {
            providers.check_credentials(provider, credentials)?;
        }
        for name in names {
            providers.set_credentials(name, Shelf::Settings, all.remove(name).unwrap_or_default())?;
        }
        // Which of them have another secret now is not looked at.
        self.inner.checks.forget_all();
        Ok(())
    }

    /// Reads the sealed credentials and puts them to use. Those that cannot be opened are told in the log and left out.
    pub async fn open_sealed(&self) -> Result<(), store::Error> {
        let providers = &self.inner.providers;
        let _unsealing = providers.unsealing.lock().await;
        let mut rows: HashMap<String, Vec<CredentialRow>> = HashMap::new();
        for row in self.inner.store.credentials().await? {
            rows.entry(row.provider.clone()).or_default().push(row);
        }
        for name in providers.names() {
            let Some(live) = providers.live_by_name(name) else { continue };
            let (mut opened, mut locked) = (Vec::new(), Vec::new());
            for row in rows.remove(name).unwrap_or_default() {
                match self.opened(live, &row) {
                    Ok(credential) => opened.push(credential),
                    Err(why) => {
                        let credential = row.name.as_str();
                        tracing::error!(
                            provider = name,
                            credential,
                            "the sealed credential `{credential}` of {name} {why}; it is not used"
                        );
                        locked.push(Told::locked(&row));
                    }
                }
            }
            live.credentials.replace_sealed(opened, locked);
        }
        for provider in rows.keys() {
            tracing::warn!(
                provider,
                "credentials of {provider} are sealed here, which this program does not know"
            );
        }
        Ok(())
    }

    fn opened(&self, live: &Live, row: &CredentialRow) -> Result<Credential, &'static str> {
        let key = self.inner.providers.master_key();
        let key = key.ok_or("cannot be opened without the master key (secrets.master_key_file)")?;
        let place = Place { provider: &row.provider, name: &row.name, version: row.version };
        let (secret, callback_secret) = key
            .open(place, &row.envelope)
            .map_err(|_| "cannot be opened: another master key sealed it, or it was changed")?;
        let credential = Credential {
            name: row.name.clone(),
            secret,
            weight: row.weight,
            accounts: row.accounts.clone(),
            callback_secret,
            source: Source::Sealed(row.version),
        };
        credential.fits(live.manifest().auth).map(|()| credential)
    }

    /// Seals a credential, new or changed; it counts when this returns. What may be told of it.
    pub async fn seal_credential(
        &self,
        provider: &str,
        name: &str,
        change: Change,
        mut note: Note,
    ) -> Result<Told, Fault> {
        let providers = &self.inner.providers;
        let live = providers.live_by_name(provider).ok_or_else(|| no_provider(provider))?;
        if !super::is_name(name) {
            let shown: String = name.chars().take(80).collect();
            let message = format!("`{shown}` is no name for a credential, which {}", super::NAMES);
            return Err(Fault::field("name", message));
        }
        let Some(key) = providers.master_key() else {
            let message = "there is no master key to seal credentials with: `spool master-key new FILE` makes one \
                           outside the data folder, and the setting `secrets.master_key_file` names it";
            return Err(Fault::new(Kind::Conflict, message));
        };
        let rows = self.inner.store.credentials().await.map_err(broken)?;
        let of_provider = rows.iter().filter(|row| row.provider == provider);
        let before = of_provider.clone().find(|row| row.name == name);
        if before.is_none() && of_provider.count() >= CREDENTIALS_MAX {
            let message = format!("{provider} has {CREDENTIALS_MAX} sealed credentials, which is the most");
            return Err(Fault::new(Kind::Conflict, message));
        }
        let Change { secret, weight, accounts, callback_secret } = change;
        // Whole changes need nothing of what was before: a lost master key is mended by adding the secrets anew.
        let opened = match before.filter(|_| secret.is_none() || callback_secret.is_none()) {
            Some(row) => self.opened(live, row).ok(),
            None => None,
        };
        let renewed = secret.is_some();
        let (kept_secret, kept_callback_secret) =
            opened.map_or((None, None), |opened| (Some(opened.secret), opened.callback_secret));
        let Some(secret) = secret.or(kept_secret) else {
            let needed = if before.is_some() { "cannot be opened here; give it anew" } else { "is missing" };
            return Err(Fault::field("secret", format!("`secret` {needed}: the credential's secret text")));
        };
        let credential = Credential {
            name: name.to_owned(),
            secret,
            weight: weight.or(before.map(|row| row.weight)).unwrap_or(1),
            accounts: accounts.or(before.map(|row| row.accounts.clone())).unwrap_or_default(),
            callback_secret: callback_secret.unwrap_or(kept_callback_secret),
            source: Source::Sealed(before.map_or(0, |row| row.version) + 1),
        };
        credential
            .fits(live.manifest().auth)
            .map_err(|needed| Fault::field("secret", format!("the credential `{name}` {needed}")))?;
        if credential.callback_secret.is_some() && live.manifest().callbacks != Callbacks::Secret {
            let message = format!("{provider} signs its callbacks with no secret of its own, or not at all");
            return Err(Fault::field("callback_secret", message));
        }
        for account in &credential.accounts {
            if self.inner.store.account(*account).await.map_err(broken)?.is_none() {
                return Err(Fault::field("accounts", format!("there is no account {account}")));
            }
        }
        let row = self.sealed(key, provider, &credential, before, &note);
        let detail = json!({
            "version": row.version,
            "secret": if renewed { "new" } else { "kept" },
            "weight": row.weight,
            "accounts": row.accounts,
            "callback_secret": row.envelope.callback_secret.is_some(),
        });
        if let serde_json::Value::Object(detail) = detail {
            note.detail.extend(detail);
        }
        if !self.inner.store.put_credential(row, note).await.map_err(broken)? {
            let message =
                format!("somebody else changed the credential `{name}` meanwhile; look at it again");
            return Err(Fault::new(Kind::Conflict, message));
        }
        self.open_sealed().await.map_err(broken)?;
        if renewed {
            self.inner.checks.forget(provider, name);
        }
        Ok(Told::of(&credential, State::Used))
    }

    fn sealed(
        &self,
        key: &super::MasterKey,
        provider: &str,
        credential: &Credential,
        before: Option<&CredentialRow>,
        note: &Note,
    ) -> CredentialRow {
        let Credential { name, secret, weight, accounts, callback_secret, .. } = credential;
        let version = before.map_or(0, |row| row.version) + 1;
        let place = Place { provider, name, version };
        CredentialRow {
            provider: provider.to_owned(),
            name: name.clone(),
            version,
            weight: *weight,
            accounts: accounts.clone(),
            envelope: key.seal(place, secret, callback_secret.as_ref(), self.inner.entropy.as_ref()),
            created_at: before.map_or(note.at, |row| row.created_at),
            changed_at: note.at,
        }
    }

    /// Forgets a sealed credential. Refused while jobs are open under it, unless `force` says that they may wait. How
    /// many do.
    pub async fn remove_credential(
        &self,
        provider: &str,
        name: &str,
        force: bool,
        note: Note,
    ) -> Result<u64, Fault> {
        let live = self.inner.providers.live_by_name(provider).ok_or_else(|| no_provider(provider))?;
        // Where the settings have the same name, its jobs go on with that.
        let settled = live.credentials.told().iter().any(|told| {
            told.name == name && told.state != State::Locked && matches!(told.source, Source::Settings(_))
        });
        let removed = self.inner.store.remove_credential(provider, name, !force && !settled, note).await;
        let open_jobs = match removed.map_err(broken)? {
            RemovedCredential::Done { open_jobs } => open_jobs,
            RemovedCredential::InUse { open_jobs } => {
                let message = format!(
                    "{open_jobs} open jobs of {provider} were started with `{name}` and would wait for it; let them \
                     end first (a weight of 0 starts no new ones), or force it"
                );
                return Err(Fault::new(Kind::Conflict, message));
            }
            RemovedCredential::Missing if settled => {
                let message = format!(
                    "`{name}` of {provider} stands in the settings: take it out there, then send the server a SIGHUP"
                );
                return Err(Fault::new(Kind::Conflict, message));
            }
            RemovedCredential::Missing => {
                let shown: String = name.chars().take(64).collect();
                let message = format!("{provider} has no credential `{shown}`");
                return Err(Fault::new(Kind::NotFound, message));
            }
        };
        self.open_sealed().await.map_err(broken)?;
        self.inner.checks.forget(provider, name);
        Ok(if settled { 0 } else { open_jobs })
    }
}

pub(super) fn no_provider(name: &str) -> Fault {
    let shown: String = name.chars().take(40).collect();
    Fault::new(Kind::NotFound, format!("there is no provider {shown}"))
}
