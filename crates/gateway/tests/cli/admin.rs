//! Keys, accounts and the audit, on a closed folder and on a running server.

use serde_json::Value;

use crate::ground::{Ground, Server};

/// Everything an operator does, and what a caller sees of it. `server` runs meanwhile, or is started to look.
fn an_operators_day(ground: &Ground, running: Option<&Server>) {
    let ask = |key: &str| {
        let body = r#"{"model":"flux-schnell","wait":0,"input":{"prompt":"x"}}"#;
        running.map(|server| server.ask(key, "POST", "/v1/generations", body).0)
    };
    let made = ground.run(&["accounts", "create", "shop"]).well();
    assert!(made.contains("2   shop"), "{made}");
    let own = ground.run(&["keys", "create", "--account", "2", "--name", "till"]);
    let key = own.out.trim().to_owned();
    assert!(own.code == 0 && key.starts_with("spool_test_") && own.out.lines().count() == 1, "{}", own.out);
    assert!(!own.err.contains(&key));
    assert!(ask(&key).is_none_or(|status| status == 402), "no credit yet");

    let credit = ["accounts", "credit", "2", "2.50", "--reference", "invoice-7"];
    assert!(ground.run(&credit).well().contains("2.50"));
    let twice = ground.run(&credit);
    assert!(twice.out.contains("2.50") && twice.err.contains("booked before"), "{}{}", twice.out, twice.err);
    assert!(ask(&key).is_none_or(|status| status == 202), "now it can pay");
    let live = ground.run(&["accounts", "credit", "2", "1", "--live"]).well();
    assert!(live.contains("1.00"), "{live}");

    let list = ground.run(&["keys", "list", "--account", "2"]).well();
    let row = list.lines().nth(1).unwrap();
    assert!(row.contains("till") && row.contains("active") && !list.contains(&key), "{list}");
    let id = row.split(' ').next().unwrap();
    assert!(ground.run(&["keys", "revoke", id]).well().contains(id));
    assert!(ground.run(&["keys", "list"]).well().contains("revoked"));
    // S6: within a second.
    std::thread::sleep(std::time::Duration::from_secs(1));
    assert!(ask(&key).is_none_or(|status| status == 401), "revoked");

    // Permissions, limits, successors.
    let narrow = ["keys", "create", "--account", "2", "--scopes", "jobs:read", "--rate", "5:7", "--json"];
    let made: Value = serde_json::from_str(&ground.run(&narrow).well()).unwrap();
    assert_eq!(made["key"]["scopes"], serde_json::json!(["jobs:read"]));
    assert_eq!(made["key"]["rate"], serde_json::json!({ "per_second": 5, "burst": 7 }));
    let id = made["key"]["id"].as_str().unwrap();
    assert!(ask(made["secret"].as_str().unwrap()).is_none_or(|status| status == 403), "no permission");
    assert!(ground.run(&["keys", "update", id, "--name", "reader", "--no-rate"]).well().contains("reader"));
    let shown = ground.run(&["keys", "show", id]).well();
    assert!(shown.contains("jobs:read") && shown.contains("the server's setting"), "{shown}");
    let rotated = ground.run(&["keys", "rotate", id, "--overlap", "60"]);
    assert!(rotated.out.starts_with("spool_test_") && rotated.out.lines().count() == 1, "{}", rotated.out);
    assert!(rotated.err.contains("works until"), "{}", rotated.err);

    // The same over HTTP, with a key for it.
    let admin = ground.run(&["keys", "create", "--admin"]).well();
    assert!(admin.starts_with("spool_live_"));
    if let Some(server) = running {
        let (status, accounts) = server.ask(admin.trim(), "GET", "/admin/v1/accounts", "");
        assert_eq!((status, &accounts["items"][0]["name"]), (200, &"shop".into()));
        assert_eq!(server.ask(&ground.test_key(), "GET", "/admin/v1/accounts", "").0, 403);
    }
    let jobs = ground.run(&["jobs", "list", "--account", "2"]).well();
    assert!(jobs.starts_with("ID"), "{jobs}");
    assert_eq!(ground.run(&["jobs", "list", "--needs-operator"]).well().lines().count(), 1, "none waits");
    let log = ground.run(&["log"]).well();
    let last = log.lines().nth(1).unwrap();
    assert!(last.contains("console") && last.contains("key.create"), "{log}");
    assert!(log.contains("account.credit") && log.contains("key.rotate") && !log.contains("spool_"), "{log}");

    for (args, part) in [
        (&["jobs", "write-off", "nonsense", "--reason", "x"][..], "there is no job nonsense"),
        (&["jobs", "list", "--phase", "lost"], "needs_operator"),
        (&["keys", "revoke", "nonsense"][..], "there is no key nonsense"),
        (&["keys", "create", "--account", "9"], "there is no account 9"),
        (&["accounts", "show", "9"], "there is no account 9"),
        (&["accounts", "credit", "2", "0"], "above zero"),
    ] {
        let said = ground.run(args);
        assert!(said.code == 1 && said.err.starts_with("error: ") && said.err.contains(part), "{}", said.err);
    }
    assert_eq!(ground.run(&["accounts", "credit", "2", "1.2345678"]).code, 2);
    assert!(ground.run(&["accounts", "list"]).well().contains("default"));
    assert!(ground.run(&["accounts", "show", "1"]).well().contains("1000.00"));
}

#[test]
fn keys_and_accounts_are_managed_without_a_server() {
    let ground = Ground::new();
    an_operators_day(&ground, None);
    assert!(ground.run(&["audit"]).well().contains("the books are sound"));
}

#[test]
fn keys_and_accounts_are_managed_while_the_server_runs() {
    let ground = Ground::new();
    let server = ground.serve();
    an_operators_day(&ground, Some(&server));
    let (status, out, err) = server.stop();
    assert!(status.success());
    assert!(!out.contains("spool_test_") && !err.contains("spool_test_"), "{out}{err}");
}

#[test]
fn the_audit_holds_the_sandboxs_bill_against_our_entries() {
    let ground = Ground::new();
    ground.run(&["run", "flux-schnell", "-n", "3", "-i", "prompt=a boat"]).well();
    ground.run(&["run", "flux-schnell", "-i", "prompt=x [sandbox outcome=fail]"]);
    let server = ground.serve();
    let online: Value = serde_json::from_str(&ground.run(&["audit", "--json"]).well()).unwrap();
    assert!(server.stop().0.success());
    let offline: Value = serde_json::from_str(&ground.run(&["audit", "--json"]).well()).unwrap();
    assert_eq!(online, offline);
    let sandbox = &offline["sandbox"];
    assert_eq!((&offline["sound"], &offline["open_jobs"]), (&true.into(), &0.into()), "{offline}");
    assert_eq!(
        (&sandbox["billed_usd"], &sandbox["cost_entries_usd"]),
        (&"0.03".into(), &"0.03".into()),
        "{offline}"
    );
    assert_eq!(sandbox["billed_jobs"], sandbox["cost_entries"], "{offline}");
}

#[test]
fn an_audit_finds_a_bill_that_we_did_not_book_and_makes_no_folder() {
    let ground = Ground::new();
    let nothing = ground.run(&["audit"]);
    assert!(nothing.code == 1 && nothing.err.contains("no database"), "{}", nothing.err);
    assert!(!ground.data().exists());
    ground.run(&["run", "flux-schnell", "-i", "prompt=a boat"]).well();
    // A sandbox that lost its book is one whose bill is not ours.
    for name in ["sandbox.db", "sandbox.db-wal", "sandbox.db-shm"] {
        let _ = std::fs::remove_file(ground.data().join(name));
    }
    let broken = ground.run(&["audit"]);
    assert_eq!(broken.code, 1);
    assert!(broken.out.contains("broken: M12") && broken.out.contains("BROKEN"), "{}", broken.out);
}
