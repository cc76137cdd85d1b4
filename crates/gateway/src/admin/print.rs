//! The API's answers for people.

use serde_json::Value;

use crate::table::Table;

/// What goes to standard output, and what beside it to standard error: a new key stands alone on its line, so that
/// scripts can take it.
pub struct Said {
    /// For standard output.
    pub out: String,
    /// For standard error.
    pub beside: String,
    /// Whether all is well.
    pub well: bool,
    /// What the API answered.
    pub json: Value,
}

impl Said {
    /// A text for an answer.
    pub fn table(out: String, json: Value) -> Self {
        Self { out, beside: String::new(), well: true, json }
    }

    /// The answer itself, where that is asked for.
    pub fn or_json(self, json: bool) -> Self {
        match json {
            true => Self { out: format!("{:#}\n", self.json), beside: String::new(), ..self },
            false => self,
        }
    }
}

/// A value as a cell: text without quotes, nothing for null.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// `2026-01-31 12:34` in UTC.
pub(super) fn moment(value: &Value) -> String {
    let text = text(value);
    text.get(..16).map_or(text.clone(), |start| start.replace('T', " "))
}

pub(super) fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

pub(super) fn keys(keys: &Value) -> String {
    let mut table = Table::new(&["ID", "ACCOUNT", "MODE", "NAME", "ENDS IN", "CREATED", "STATE"]);
    for key in items(keys) {
        table.row([
            text(&key["id"]),
            text(&key["account"]),
            text(&key["mode"]),
            text(&key["name"]),
            format!("…{}", text(&key["last4"])),
            moment(&key["created_at"]),
            state(key),
        ]);
    }
    table.text("")
}

fn state(key: &Value) -> String {
    match (key["state"].as_str(), &key["expires_at"]) {
        (Some("revoked"), _) => format!("revoked {}", moment(&key["revoked_at"])),
        (Some("active"), at) if !at.is_null() => format!("until {}", moment(at)),
        (Some("expired"), at) => format!("expired {}", moment(at)),
        _ => text(&key["state"]),
    }
}

pub(super) fn key(key: &Value) -> String {
    let scopes: Vec<String> = items(&key["scopes"]).map(text).collect();
    let rate = match &key["rate"] {
        Value::Null => "the server's setting".to_owned(),
        rate => format!("{} a second, {} at once", rate["per_second"], rate["burst"]),
    };
    let list = keys(&Value::Array(vec![key.clone()]));
    format!("{list}\nmay:   {}\nlimit: {rate}\n", scopes.join(" "))
}

pub(super) fn accounts(accounts: &Value) -> String {
    let mut table = Table::new(&["ID", "NAME", "CREATED", "LIVE USD", "HELD", "TEST USD", "HELD"])
        .right(3)
        .right(4)
        .right(5)
        .right(6);
    for account in items(accounts) {
        let of = |mode: &str, what: &str| text(&account["balances"][mode][what]);
        table.row([
            text(&account["id"]),
            text(&account["name"]),
            moment(&account["created_at"]),
            of("live", "available_usd"),
            of("live", "held_usd"),
            of("test", "available_usd"),
            of("test", "held_usd"),
        ]);
    }
    table.text("")
}

pub(super) fn jobs(jobs: &Value) -> String {
    let mut table =
        Table::new(&["ID", "ACCOUNT", "MODE", "MODEL", "PHASE", "USD", "PROVIDER", "CREATED"]).right(5);
    for job in items(jobs) {
        table.row([
            text(&job["id"]),
            text(&job["account"]),
            text(&job["mode"]),
            text(&job["model"]),
            text(&job["phase"]),
            text(&job["price_usd"]),
            text(&job["provider"]),
            moment(&job["created_at"]),
        ]);
    }
    table.text("")
}

pub(super) fn job(job: &Value) -> String {
    let mut out = jobs(&Value::Array(vec![job.clone()]));
    if !job["fault"].is_null() {
        out.push_str(&format!(
            "\nfailed: {} {}\n",
            text(&job["fault"]["code"]),
            text(&job["fault"]["message"])
        ));
    }
    let columns = ["ATTEMPT", "PROVIDER", "CREDENTIAL", "OUTCOME", "ITS JOB", "TROUBLE", "COST USD", "TOKEN"];
    let mut table = Table::new(&columns).right(6);
    for attempt in items(&job["attempts"]) {
        table.row(
            ["no", "provider", "credential", "outcome", "provider_job", "trouble", "cost_usd", "token"]
                .map(|name| text(&attempt[name])),
        );
    }
    out.push_str(&format!("\n{}", table.text("")));
    let mut table = Table::new(&["EVENT", "AT", "KIND", "DETAIL"]);
    for event in items(&job["events"]) {
        table.row([text(&event["no"]), moment(&event["at"]), text(&event["kind"]), text(&event["detail"])]);
    }
    out.push_str(&format!("\n{}", table.text("")));
    let mut table = Table::new(&["ENTRY", "USD", "FROM", "TO"]).right(1);
    for entry in items(&job["entries"]) {
        table.row(["kind", "usd", "from", "to"].map(|name| text(&entry[name])));
    }
    out.push_str(&format!("\n{}", table.text("")));
    for part in items(&job["parts"]) {
        out.push_str(&format!("\npart {} is {}", text(&part["id"]), text(&part["phase"])));
    }
    if let Some(params) = job.get("params") {
        out.push_str(&format!("\n{params:#}\n"));
    }
    out
}

pub(super) fn providers(list: &Value) -> String {
    let mut table = Table::new(&[
        "PROVIDER",
        "SET UP",
        "CREDENTIAL",
        "SOURCE",
        "WEIGHT",
        "ACCOUNTS",
        "BASE URL",
        "LOOKS UP",
        "CALLBACKS",
        "VERIFIED",
    ])
    .right(4);
    let word = |yes: &Value| if *yes == true { "yes" } else { "no" }.to_owned();
    let mut without = Vec::new();
    for provider in items(&list["items"]) {
        if provider["adapter"] != true {
            without.push(text(&provider["name"]));
            continue;
        }
        let mut credentials = items(&provider["credentials"]);
        let of = |credential: Option<&Value>| match credential {
            Some(credential) => [
                text(&credential["name"]),
                credential_source(credential),
                text(&credential["weight"]),
                accounts_of(credential),
            ],
            None => Default::default(),
        };
        let [name, source, weight, accounts] = of(credentials.next());
        table.row([
            text(&provider["name"]),
            word(&provider["set_up"]),
            name,
            source,
            weight,
            accounts,
            text(&provider["base_url"]),
            word(&provider["looks_up_lost_jobs"]),
            text(&provider["callbacks"]),
            text(&provider["verified_on"]),
        ]);
        for credential in credentials {
            let [name, source, weight, accounts] = of(Some(credential));
            let blank = String::new;
            table.row([blank(), blank(), name, source, weight, accounts, blank(), blank(), blank(), blank()]);
        }
    }
    let mut out = table.text("");
    if !without.is_empty() {
        out.push_str(&format!(
            "\nnamed by models, without an adapter in this release: {}\n",
            without.join(", ")
        ));
    }
    if items(&list["orphans"]).next().is_some() {
        let mut table = Table::new(&["JOB AT THE PROVIDER", "PROVIDER", "CREDENTIAL"]);
        for orphan in items(&list["orphans"]) {
            table.row(["provider_job", "provider", "credential"].map(|name| text(&orphan[name])));
        }
        out.push_str(&format!(
            "\njobs that this server does not know, by the providers' own lists:\n{}",
            table.text("")
        ));
    }
    out
}

/// Where a credential stands, and what is special about it.
pub(super) fn credential_source(credential: &Value) -> String {
    let mut out = match credential["source"].as_str() {
        Some("sealed") => format!("sealed, version {}", text(&credential["version"])),
        _ => text(&credential["place"]),
    };
    if credential["callback_secret"] == true {
        out.push_str(", with a secret for callbacks");
    }
    match credential["state"].as_str() {
        Some("covered") => out.push_str(", not used: a sealed one has this name"),
        Some("locked") => out.push_str(", LOCKED: not the master key it was sealed with"),
        _ => {}
    }
    out
}

fn accounts_of(credential: &Value) -> String {
    let accounts: Vec<String> = items(&credential["accounts"]).map(text).collect();
    if accounts.is_empty() { "all".to_owned() } else { accounts.join(" ") }
}

pub(super) fn checks(provider: &str, report: &Value) -> String {
    let mut out = String::new();
    for one in items(&report["items"]) {
        let name = text(&one["credential"]);
        let who = if name.is_empty() { provider.to_owned() } else { format!("{provider} {name}") };
        let code = match one["code"].as_str() {
            Some(code) => format!(" ({code})"),
            None => String::new(),
        };
        out.push_str(&format!("{who}: {}{code}\n", text(&one["message"])));
    }
    out
}

pub(super) fn log(page: &Value) -> String {
    let mut table = Table::new(&["N", "AT", "ACTOR", "ACTION", "SUBJECT", "DETAIL"]);
    for line in items(&page["items"]) {
        table.row([
            text(&line["n"]),
            moment(&line["at"]),
            text(&line["actor"]),
            text(&line["action"]),
            text(&line["subject"]),
            text(&line["detail"]),
        ]);
    }
    table.text("")
}

pub(super) fn audit(report: &Value) -> String {
    let of = |name: &str| text(&report[name]);
    let mut out =
        format!("{} jobs, {} of them open; {} ledger entries\n", of("jobs"), of("open_jobs"), of("entries"));
    let mut table = Table::new(&["PROVIDER", "MODE", "COST USD", "ENTRIES"]).right(2).right(3);
    let mut costs = 0;
    for cost in items(&report["costs"]) {
        costs += 1;
        table.row(["provider", "mode", "usd", "entries"].map(|name| text(&cost[name])));
    }
    if costs > 0 {
        out.push_str(&table.text(""));
    }
    let sandbox = &report["sandbox"];
    if !sandbox.is_null() {
        let compared =
            if report["open_jobs"] == 0 { "" } else { " (jobs are open: compare when they are over)" };
        out.push_str(&format!(
            "sandbox: billed {} USD for {} jobs, our entries say {} USD for {}{compared}\n",
            text(&sandbox["billed_usd"]),
            sandbox["billed_jobs"],
            text(&sandbox["cost_entries_usd"]),
            sandbox["cost_entries"]
        ));
    }
    for sentence in items(&report["broken"]) {
        out.push_str(&format!("broken: {}\n", text(sentence)));
    }
    out.push_str(if report["sound"] == true {
        "the books are sound\n"
    } else {
        "the books are BROKEN: keep this folder and report it\n"
    });
    out
}
