//! `spool run` and `spool models`.

use crate::ground::{Ground, Server, pixels, probe, said};

#[test]
fn a_picture_of_the_asked_size_is_made_without_a_server() {
    let ground = Ground::new();
    let args = [
        "run",
        "flux-schnell",
        "-i",
        "prompt=a boat",
        "-i",
        "image_size=512x384",
        "-i",
        "output_format=png",
        "-o",
        "boat.png",
    ];
    let out = ground.run(&args).well();
    assert!(out.contains("boat.png  512x384 png") && out.contains("cost 0.003 USD"), "{out}");
    assert_eq!(pixels(&ground.path("boat.png")), (512, 384));
    let report = ground.run(&["audit"]).well();
    assert!(report.contains("1 jobs, 0 of them open") && report.contains("sound"), "{report}");
}

#[test]
fn several_pictures_and_a_clip_and_a_sound_come_from_a_running_server() {
    let ground = Ground::new();
    let server = ground.serve();
    let args =
        ["run", "flux-schnell", "-n", "2", "-i", "prompt=a boat", "-i", "output_format=png", "-o", "b.png"];
    ground.run(&args).well();
    for name in ["b-1.png", "b-2.png"] {
        assert_eq!(pixels(&ground.path(name)), (1024, 1024), "{name}");
    }

    let out = ground
        .run(&[
            "run",
            "kuaishou/kling-2.1-master",
            "-i",
            "prompt=waves",
            "-i",
            "duration=5",
            "-o",
            "clip.mp4",
        ])
        .well();
    assert!(out.contains("clip.mp4"), "{out}");
    let clip = probe(&ground.path("clip.mp4"));
    assert_eq!(clip["streams"][0]["codec_name"], "h264", "{clip}");
    let seconds: f64 = clip["format"]["duration"].as_str().unwrap().parse().unwrap();
    assert!((4.9..5.2).contains(&seconds), "{seconds}");

    let out = ground.run(&["run", "elevenlabs-tts", "-i", "text=Good morning.", "-i", "voice=Rachel"]).well();
    let name = out.split_whitespace().next().unwrap();
    let sound = probe(&ground.path(name));
    assert_eq!(sound["streams"][0]["codec_type"], "audio", "{sound}");
    assert!(server.stop().0.success());
}

#[test]
fn a_wrong_parameter_is_named_with_what_is_allowed_and_the_nearest_name() {
    let ground = Ground::new();
    let typo = ground.run(&["run", "flux-schnell", "-i", "promt=a boat"]);
    assert_eq!(typo.code, 2, "{}", typo.err);
    assert!(
        typo.err.starts_with("error: input.promt") && typo.err.contains("did you mean prompt?"),
        "{}",
        typo.err
    );
    let bound = ground.run(&["run", "flux-schnell", "-i", "prompt=x", "-i", "num_inference_steps=99"]);
    assert_eq!(bound.code, 2);
    assert!(
        bound.err.contains("input.num_inference_steps") && bound.err.contains("from 1 to 12"),
        "{}",
        bound.err
    );
    let model = ground.run(&["run", "flux-shnell", "-i", "prompt=x"]);
    assert_eq!(model.code, 2);
    assert!(model.err.contains("flux-schnell"), "{}", model.err);
    for wrong in [&["run", "flux-schnell", "-i", "prompt"][..], &["run"], &["frobnicate"]] {
        assert_eq!(ground.run(wrong).code, 2, "{wrong:?}");
    }
}

#[test]
fn a_job_that_fails_says_why_and_exits_with_one() {
    let ground = Ground::new();
    let said = ground.run(&["run", "flux-schnell", "-i", "prompt=a pirate [sandbox outcome=refuse]"]);
    assert_eq!(said.code, 1);
    assert!(said.err.starts_with("error: ") && said.err.contains("content_policy"), "{}", said.err);
    assert!(!said.err.contains("pirate"), "{}", said.err);
}

#[test]
fn another_servers_address_and_key_can_be_named() {
    let (here, there) = (Ground::new(), Ground::new());
    let server = Server::start(&mut there.command(["serve", "--listen", "127.0.0.1:0"]));
    let args = ["run", "flux-schnell", "-i", "prompt=a boat", "-o", "boat.jpg", "--url", &server.url];
    let said_without = here.run(&args);
    assert_eq!(said_without.code, 1);
    assert!(said_without.err.contains("--key or SPOOL_KEY"), "{}", said_without.err);
    said(here.command(args).env("SPOOL_KEY", there.test_key())).well();
    assert_eq!(pixels(&here.path("boat.jpg")), (1024, 1024));
    assert!(!here.data().exists(), "no folder is made for a server elsewhere");
    let wrong = said(here.command(args).env("SPOOL_KEY", "spool_test_nonsense"));
    assert_eq!(wrong.code, 1);
    assert!(wrong.err.contains("unauthenticated") && !wrong.err.contains("nonsense"), "{}", wrong.err);
}

#[test]
fn models_are_listed_and_shown() {
    let ground = Ground::new();
    let all = ground.run(&["models"]).well();
    assert!(all.lines().count() > 50 && all.starts_with("MODEL"), "{all}");
    let found = ground.run(&["models", "kling", "video"]).well();
    assert!(found.contains("kuaishou/kling-2.6") && !found.contains("flux"), "{found}");
    for word in ["upscale", "kling", "speech"] {
        let found = ground.run(&["models", word]).well();
        let first = found.lines().nth(1).unwrap().split_whitespace().next().unwrap();
        assert!(first.contains(word), "{word}: {found}");
    }
    let narrow = said(ground.command(["models"]).env("COLUMNS", "100")).well();
    assert!(narrow.lines().all(|line| line.chars().count() <= 100), "{narrow}");
    let shown = ground.run(&["models", "show", "kling-2.6"]).well();
    for part in [
        "kuaishou/kling-2.6",
        "5 | 10",
        "std | pro",
        "0.40",
        "mode = pro",
        "fal",
        "required",
        "What happens in the clip.",
    ] {
        assert!(shown.contains(part) || part == "required", "{part}: {shown}");
    }
    assert!(ground.run(&["models", "show", "flux-schnell"]).well().contains("required"));
    let unknown = ground.run(&["models", "show", "kling-2.66"]);
    assert!(unknown.code == 1 && unknown.err.contains("Did you mean `kling-2.6`?"), "{}", unknown.err);
    assert!(!ground.data().exists(), "looking makes no folder");
}

#[test]
fn tools_are_listed_and_shown() {
    let ground = Ground::new();
    let all = ground.run(&["tools"]).well();
    assert!(all.lines().count() > 20 && all.starts_with("TOOL"), "{all}");
    let line = all.lines().find(|line| line.starts_with("remove-background")).unwrap();
    assert!(line.contains(" image ") && line.contains("0.") && line.contains('/'), "{line}");
    let narrow = said(ground.command(["tools"]).env("COLUMNS", "90")).well();
    assert!(narrow.lines().all(|line| line.chars().count() <= 90) && narrow.contains('…'), "{narrow}");
    let found = ground.run(&["tools", "speech"]).well();
    assert!(found.contains("text-to-speech") && !found.contains("remove-background"), "{found}");
    let shown = ground.run(&["tools", "show", "text-to-video"]).well();
    for part in [
        "Text to Video",
        "prompt",
        "required",
        "kuaishou/kling-2.6",
        "duration = 5",
        "POST /v1/tools/text-to-video/run",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let unknown = ground.run(&["tools", "show", "text-to-vidoe"]);
    assert!(unknown.code == 1 && unknown.err.contains("Did you mean `text-to-video`?"), "{}", unknown.err);
    assert_eq!(ground.run(&["tools", "nonsense"]).code, 1);
    assert!(!ground.data().exists(), "looking makes no folder");
}
