use spool_engine::credential::Source;

use super::*;

const PROVIDERS: [(&str, &str); 2] =
    [("fal", "https://queue.fal.run"), ("openai", "https://api.openai.com/v1")];

fn layered(
    file: &str,
    environment: &[(&str, &str)],
    flags: &[(&str, &str, &str)],
) -> (Layers, Result<Config, Vec<String>>) {
    let mut layers = Layers::of(setting::all(&PROVIDERS));
    layers.file(Path::new("spool.toml"), file);
    let flags =
        flags.iter().map(|(flag, path, text)| ((*flag).to_owned(), (*path).to_owned(), (*text).to_owned()));
    let environment: Vec<(OsString, OsString)> =
        environment.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect();
    over(&mut layers, &Flags { file: None, settings: flags.collect() }, &environment);
    let config = read(&layers, &PROVIDERS);
    (layers, config)
}

fn sound(file: &str, environment: &[(&str, &str)], flags: &[(&str, &str, &str)]) -> Config {
    match layered(file, environment, flags).1 {
        Ok(config) => config,
        Err(problems) => panic!("{problems:?}"),
    }
}

#[test]
fn the_defaults_are_those_of_the_engine() {
    let config = sound("", &[], &[]);
    let usual = Settings::default();
    assert_eq!(format!("{:?}", config.engine), format!("{usual:?}"));
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.data, Path::new("./spool-data"));
    assert_eq!(config.log, Log { level: tracing::Level::INFO, json: false });
    assert!(config.providers.is_empty());
    assert!(config.catalog.is_empty());
    assert_eq!(config.rate_limit, Some(RateLimit::default()));
}

#[test]
fn zero_requests_per_second_means_that_they_are_not_counted() {
    assert_eq!(sound("[limits]\nrequests_per_second = 0\n", &[], &[]).rate_limit, None);
}

#[test]
fn every_setting_is_read() {
    let layers = Layers::of(setting::all(&PROVIDERS));
    let mut reader = Reader::of(&layers);
    read_with(&mut reader, &PROVIDERS);
    assert_eq!(reader.problems, Vec::<String>::new());
    for entry in layers.entries() {
        assert!(reader.asked.contains(&entry.setting.path), "nothing reads {}", entry.setting.path);
    }
}

#[test]
fn a_later_layer_wins() {
    let file = "[engine]\nworkers = 2\n";
    let environment = [("SPOOL_ENGINE_WORKERS", "3")];
    let flags = [("--set", "engine.workers", "4")];
    for (environment, flags, workers, origin) in [
        (&[][..], &[][..], 2, Origin::File("spool.toml".into(), 2)),
        (&environment[..], &[][..], 3, Origin::Variable("SPOOL_ENGINE_WORKERS".to_owned())),
        (&environment[..], &flags[..], 4, Origin::Flag("--set".to_owned())),
    ] {
        let (layers, config) = layered(file, environment, flags);
        assert_eq!(config.map(|config| config.engine.workers), Ok(workers));
        assert_eq!(layers.entry("engine.workers").unwrap().origin, origin);
    }
}

#[test]
fn lists_and_provider_settings_come_from_the_environment_too() {
    let config = sound(
        "",
        &[
            ("SPOOL_EGRESS_ALLOW", "127.0.0.0/8, ::1/128"),
            ("SPOOL_PROVIDERS_FAL_KEY", "secret-of-fal"),
            ("SPOOL_PROVIDERS_OPENAI_BASE_URL", "http://127.0.0.1:9000/v1/"),
            ("SPOOL_KEY", "the key of spool run is no setting"),
            ("PATH", "/bin"),
        ],
        &[],
    );
    assert!(config.engine.allow.contains("127.0.0.1".parse().unwrap()));
    assert!(config.engine.allow.contains("::1".parse().unwrap()));
    let [fal, openai] = &config.providers[..] else { panic!("{} providers", config.providers.len()) };
    assert!(fal.name == "fal" && fal.credentials.len() == 1 && fal.base_url.is_none());
    assert!(openai.name == "openai" && openai.credentials.is_empty());
    assert_eq!(openai.base_url.as_deref(), Some("http://127.0.0.1:9000/v1"));
}

#[test]
fn the_usual_base_url_alone_sets_no_provider_up() {
    let config = sound("[providers.fal]\nbase_url = \"https://queue.fal.run/\"\n", &[], &[]);
    assert!(config.providers.is_empty());
}

#[test]
fn a_server_of_ones_own_is_set_up_by_its_usual_address() {
    let known = [("comfyui", "http://127.0.0.1:8188")];
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("spool.toml");
    for (text, expected) in [("", 0), ("[providers.comfyui]\nbase_url = \"http://127.0.0.1:8188\"\n", 1)] {
        std::fs::write(&file, text).unwrap();
        let flags = Flags { file: Some(file.clone()), ..Flags::default() };
        let (_, config) = Config::load(&flags, &known, std::iter::empty());
        let Ok(config) = config else { panic!("the settings are not sound") };
        assert_eq!(config.providers.len(), expected, "{text}");
    }
}

#[test]
fn model_files_are_looked_for_next_to_the_file_that_names_them() {
    let mut layers = Layers::of(setting::all(&PROVIDERS));
    layers.file(Path::new("/etc/spool/spool.toml"), "catalog.files = [\"models\", \"/srv/more.toml\"]\n");
    let config = read(&layers, &PROVIDERS).ok().unwrap();
    assert_eq!(config.catalog, [Path::new("/etc/spool/models"), Path::new("/srv/more.toml")]);
    let config = sound("", &[("SPOOL_CATALOG_FILES", "models,more.toml")], &[]);
    assert_eq!(config.catalog, [Path::new("models"), Path::new("more.toml")]);
}

#[test]
fn what_is_wrong_is_refused_with_its_place() {
    /// File, environment, flags, and how the problem starts.
    type Case = (
        &'static str,
        &'static [(&'static str, &'static str)],
        &'static [(&'static str, &'static str, &'static str)],
        &'static str,
    );
    let cases: &[Case] = &[
        ("\nlisten = \"nowhere\"", &[], &[], "spool.toml:2: `listen` must be an address and a port"),
        (
            "[engine]\nworker = 1",
            &[],
            &[],
            "spool.toml:2: there is no setting `engine.worker`; did you mean `engine.workers`?",
        ),
        ("colour = 1", &[], &[], "spool.toml:1: there is no setting `colour`"),
        ("[engine]\nworkers = \"many\"", &[], &[], "spool.toml:2: `engine.workers` takes a whole number"),
        ("[engine]\nworkers = 0", &[], &[], "spool.toml:2: `engine.workers` is 0; allowed are 1 to 65536"),
        ("engine = 1", &[], &[], "spool.toml:1: there is no setting `engine`"),
        ("[egress]\nallow = \"10.0.0.0/8\"", &[], &[], "spool.toml:2: `egress.allow` takes a list of texts"),
        ("[egress]\nallow = [\"10.0.0.1/8\"]", &[], &[], "spool.toml:2: `egress.allow` is wrong"),
        (
            "[log]\nlevel = \"loud\"",
            &[],
            &[],
            "spool.toml:2: `log.level` is `loud`; allowed are error, warn, info, debug, trace",
        ),
        (
            "[engine]\noperator_from_usd = \"1 dollar\"",
            &[],
            &[],
            "spool.toml:2: `engine.operator_from_usd` is wrong",
        ),
        (
            "[engine]\noperator_from_usd = \"-1\"",
            &[],
            &[],
            "spool.toml:2: `engine.operator_from_usd` is below zero",
        ),
        ("[providers.fall]\nkey = \"x\"", &[], &[], "spool.toml:1: there is no setting `providers.fall`"),
        (
            "[providers.fal]\nkye = \"x\"",
            &[],
            &[],
            "spool.toml:2: there is no setting `providers.fal.kye`; did you mean `providers.fal.key`?",
        ),
        (
            "[providers.fal]\nbase_url = \"queue.fal.run\"",
            &[],
            &[],
            "spool.toml:2: `providers.fal.base_url` must be an http or https URL",
        ),
        ("listen = \n", &[], &[], "spool.toml:1: not valid TOML"),
        ("data = \"\"", &[], &[], "spool.toml:1: `data` is empty"),
        (
            "",
            &[("SPOOL_ENGINE_WORKER", "1")],
            &[],
            "environment: SPOOL_ENGINE_WORKER names no setting; did you mean `SPOOL_ENGINE_WORKERS`?",
        ),
        (
            "",
            &[("SPOOL_ENGINE_WORKERS", "many")],
            &[],
            "SPOOL_ENGINE_WORKERS: `engine.workers` takes a whole number",
        ),
        (
            "",
            &[("SPOOL_PUBLIC_URL", "https://me:pass@example.com")],
            &[],
            "SPOOL_PUBLIC_URL: `public_url` must be",
        ),
        ("", &[], &[("--listen", "listen", "8080")], "--listen: `listen` must be an address and a port"),
        (
            "",
            &[],
            &[("--set", "engine.leese_ms", "8080")],
            "--set: there is no setting `engine.leese_ms`; did you mean `engine.lease_ms`?",
        ),
    ];
    for (file, environment, flags, wanted) in cases {
        let problems = layered(file, environment, flags).1.err().unwrap_or_default();
        assert_eq!(problems.len(), 1, "{file:?} {environment:?} {flags:?}: {problems:?}");
        assert!(problems[0].starts_with(wanted), "{} instead of {wanted}", problems[0]);
    }
}

/// What is known of a provider's credentials: name, weight, accounts, whether it has a secret for callbacks, and place.
fn shown(config: &Config) -> Vec<(String, u32, Vec<i64>, bool, String)> {
    let all = config.providers.iter().flat_map(|provider| &provider.credentials);
    all.map(|one| {
        let Source::Settings(place) = &one.source else { panic!("sealed") };
        let accounts = one.accounts.iter().map(|account| account.0).collect();
        (one.name.clone(), one.weight, accounts, one.callback_secret.is_some(), place.clone())
    })
    .collect()
}

#[test]
fn several_keys_are_a_table_in_the_file_and_in_the_environment() {
    let file = "[providers.fal]\nkey = \"k\"\n[providers.fal.keys]\nmain = \"m\"\n\
                spare = { key = \"s\", weight = 0, accounts = [2, 7], callback_secret = \"c\" }\n";
    let place = "spool.toml:3".to_owned();
    let expected = [
        ("default".to_owned(), 1, Vec::new(), false, "spool.toml:2".to_owned()),
        ("main".to_owned(), 1, Vec::new(), false, place.clone()),
        ("spare".to_owned(), 0, vec![2, 7], true, place),
    ];
    assert_eq!(shown(&sound(file, &[], &[])), expected);
    let environment = [("SPOOL_PROVIDERS_OPENAI_KEYS", "{ one = \"1\", two = { key = \"2\", weight = 9 } }")];
    let names: Vec<_> = shown(&sound("", &environment, &[])).into_iter().map(|one| (one.0, one.1)).collect();
    assert_eq!(names, [("one".to_owned(), 1), ("two".to_owned(), 9)]);
    assert!(sound("", &[("SPOOL_PROVIDERS_OPENAI_KEYS", "")], &[]).providers.is_empty());
}

#[test]
fn a_key_may_stand_in_a_file_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("fal.key"), "  secret-of-fal\n").unwrap();
    std::fs::write(folder.path().join("empty"), "\n").unwrap();
    let read_with = |text: &str| {
        let mut layers = Layers::of(setting::all(&PROVIDERS));
        layers.file(&folder.path().join("spool.toml"), text);
        read(&layers, &PROVIDERS)
    };
    let file =
        "providers.fal.key_file = \"fal.key\"\nproviders.openai.keys.one = { key_file = \"fal.key\" }\n";
    let config = read_with(file).ok().unwrap();
    let path = folder.path().join("fal.key").display().to_string();
    assert_eq!(shown(&config)[0], ("default".to_owned(), 1, Vec::new(), false, path));
    assert_eq!(shown(&config)[1].0, "one");
    for (text, wanted) in [
        ("providers.fal.key_file = \"none\"", "`providers.fal.key_file` names"),
        ("providers.fal.key_file = \"empty\"", "it is empty"),
        ("providers.fal.keys.a = { key_file = \"none\" }", "`providers.fal.keys` `a` names"),
        ("providers.fal = { key = \"k\", key_file = \"fal.key\" }", "stands beside `providers.fal.key`"),
    ] {
        let problems = read_with(text).err().unwrap_or_default();
        assert!(problems.len() == 1 && problems[0].contains(wanted), "{text}: {problems:?}");
    }
}

#[test]
fn what_is_wrong_with_one_of_several_keys_is_told_by_its_name_and_never_quoted() {
    for (keys, wanted) in [
        ("a = 271828", "`a` must be a text, or a table of key"),
        ("a = { secret = \"271828\" }", "`a` has a field `secret`"),
        ("a = { weight = 1 }", "`a` has neither `key` nor `key_file`"),
        ("a = { key = \"\" }", "`a` has a wrong `key`"),
        ("a = { key = \"271828\", key_file = \"f\" }", "`a` has both `key` and `key_file`"),
        (
            "a = { key = \"271828\", weight = 1001 }",
            "`a` has a wrong `weight`; allowed is a whole number from 0 to 1000",
        ),
        ("a = { key = \"271828\", accounts = [0] }", "`a` has wrong `accounts`"),
        ("a = { key = \"271828\", callback_secret = 271828 }", "`a` has a wrong `callback_secret`"),
        ("default = \"271828\"", "has a key `default`, which `providers.fal.key` is called too"),
    ] {
        let file = format!("[providers.fal]\nkey = \"k\"\n[providers.fal.keys]\n{keys}\n");
        let problems = layered(&file, &[], &[]).1.err().unwrap_or_default();
        assert_eq!(problems.len(), 1, "{keys}: {problems:?}");
        assert!(problems[0].starts_with("spool.toml:3: `providers.fal.keys`"), "{}", problems[0]);
        assert!(problems[0].contains(wanted) && !problems[0].contains("271828"), "{}", problems[0]);
    }
    for text in ["{ a = ", "271828", "\"271828\"", "{}\nother = 271828"] {
        let problems = layered("", &[("SPOOL_PROVIDERS_FAL_KEYS", text)], &[]).1.err().unwrap_or_default();
        assert!(problems.len() == 1 && problems[0].contains("takes a table of keys"), "{text}: {problems:?}");
        assert!(!problems[0].contains("271828"), "{}", problems[0]);
    }
}

#[test]
fn s8_a_master_key_in_the_data_folder_is_refused() {
    let file = "data = \"/srv/spool\"\nsecrets.master_key_file = \"/srv/spool/master.key\"\n";
    let problems = layered(file, &[], &[]).1.err().unwrap();
    assert!(problems[0].starts_with("spool.toml:2: `secrets.master_key_file` is wrong"), "{problems:?}");
    let config = sound("secrets.master_key_file = \"keys/master\"\n", &[], &[]);
    assert_eq!(config.master_key.as_deref(), Some(Path::new("keys/master")));
}

#[test]
fn all_problems_are_told_at_once_and_no_secret_is() {
    let file = "listen = \"x\"\n[engine]\nworkers = 0\n[providers.fal]\nkey = 5\nbase_url = \"http://me:hunter2@h\"\n";
    let problems = layered(file, &[("SPOOL_X", "hunter2")], &[]).1.err().unwrap();
    assert_eq!(problems.len(), 5, "{problems:?}");
    assert!(!problems.concat().contains("hunter2"));
}

#[test]
fn what_is_shown_names_each_origin_and_masks_secrets() {
    let file = "[providers.fal]\nkey = \"hunter2\"\nkeys.a = \"hunter2\"\n";
    let (layers, _) = layered(file, &[("SPOOL_LISTEN", "[::1]:1")], &[]);
    let shown = show(&layers);
    assert!(!shown.contains("hunter2"), "{shown}");
    let line =
        |start: &str| shown.lines().find(|line| line.starts_with(start)).unwrap_or_default().to_owned();
    assert!(
        line("providers.fal.key").contains("********")
            && line("providers.fal.key").ends_with("# spool.toml:2")
    );
    assert!(
        line("providers.fal.keys").contains("********") && line("providers.openai.keys").contains("= {} ")
    );
    assert!(line("listen").contains("\"[::1]:1\"") && line("listen").ends_with("# SPOOL_LISTEN"));
    assert!(line("providers.openai.key").contains("\"\"") && line("engine.workers").ends_with("# default"));
}
