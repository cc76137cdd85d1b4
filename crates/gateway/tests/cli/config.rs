//! Configuration as operators meet it.

use crate::ground::{Ground, said};

#[test]
fn the_file_the_environment_and_the_flags_are_laid_over_each_other() {
    let ground = Ground::new();
    std::fs::create_dir(ground.data()).unwrap();
    std::fs::write(ground.data().join("spool.toml"), "[engine]\nworkers = 2\nlease_ms = 5000\nquiet_s = 7\n")
        .unwrap();
    let mut command = ground.command(["check-config", "--set", "engine.workers=4"]);
    command.env("SPOOL_ENGINE_WORKERS", "3").env("SPOOL_ENGINE_LEASE_MS", "6000");
    command.env("SPOOL_PROVIDERS_FAL_KEY", "hunter2");
    let said = said(&mut command);
    assert_eq!(said.code, 0, "{}", said.err);
    for (key, value, origin) in [
        ("engine.workers", "4", "--set"),
        ("engine.lease_ms", "6000", "SPOOL_ENGINE_LEASE_MS"),
        ("engine.quiet_s", "7", "spool.toml:4"),
        ("log.level", "\"info\"", "default"),
        ("providers.fal.key", "\"********\"", "SPOOL_PROVIDERS_FAL_KEY"),
    ] {
        let line =
            said.out.lines().find(|line| line.starts_with(&format!("{key} = {value} "))).unwrap_or_default();
        assert!(line.ends_with(origin), "{key}: {}", said.out);
    }
    assert!(!said.out.contains("hunter2") && !said.err.contains("hunter2"));
    assert!(said.out.contains("providers set up for live keys: fal"), "{}", said.out);
}

#[test]
fn what_is_wrong_stops_every_command_and_is_told_at_once() {
    let ground = Ground::new();
    std::fs::write(ground.path("spool.toml"), "[engine]\nworker = 2\n").unwrap();
    for command in ["check-config", "serve", "models"] {
        let said = said(ground.command([command]).env("SPOOL_EGRES_ALLOW", "127.0.0.0/8"));
        assert_eq!(said.code, 1, "{command}");
        assert!(
            said.err.contains(
                "spool.toml:2: there is no setting `engine.worker`; did you mean `engine.workers`?"
            ),
            "{}",
            said.err
        );
        assert!(
            said.err.contains("SPOOL_EGRES_ALLOW names no setting; did you mean `SPOOL_EGRESS_ALLOW`?"),
            "{}",
            said.err
        );
    }
    assert!(!ground.data().exists(), "nothing was made");
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let ground = Ground::new();
    let said = ground.run(&["check-config", "--config", "nowhere.toml"]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("nowhere.toml"), "{}", said.err);
}

#[test]
fn an_operators_models_are_added_and_their_mistakes_are_named() {
    let ground = Ground::new();
    std::fs::create_dir(ground.path("models")).unwrap();
    let stanza = "[[model]]\nid = \"acme/draw\"\nname = \"Draw\"\ndescription = \"Draws.\"\nmakes = \"image\"\n\
                  tasks = [\"text-to-image\"]\n[model.params]\nprompt = { type = \"text\", role = \"prompt\", required = true, help = \"What.\" }\n\
                  [[model.prices]]\nusd = \"0.01\"\n[[model.routes]]\nprovider = \"openai\"\nupstream = \"draw\"\n";
    std::fs::write(ground.path("models/acme.toml"), stanza).unwrap();
    std::fs::write(ground.path("models/notes.txt"), "not a model").unwrap();
    let list =
        |ground: &Ground| said(ground.command(["models", "acme"]).env("SPOOL_CATALOG_FILES", "models"));
    assert!(list(&ground).well().contains("acme/draw"));
    std::fs::write(ground.path("models/acme.toml"), stanza.replace("required", "requird")).unwrap();
    let broken = list(&ground);
    assert_eq!(broken.code, 1);
    assert!(broken.err.contains("acme.toml:8:") && broken.err.contains("requird"), "{}", broken.err);
}
