use super::*;

/// The problems of a text, as they are printed.
fn problems(text: &str) -> Vec<String> {
    read(text).map(|_| ()).unwrap_err().iter().map(Problem::to_string).collect()
}

/// One wrong stanza has exactly one problem, on this line, with these words in it.
fn wrong(params: &str, rest: &str, line: u32, words: &str) {
    let found = problems(&stanza(params, rest));
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with(&format!("test.toml:{line}: ")), "{}", found[0]);
    assert!(found[0].contains(words) && found[0].contains("; "), "{} lacks {words}", found[0]);
}

fn wrong_param(params: &str, words: &str) {
    wrong(params, &format!("{PRICE}{ROUTE}"), 6, words);
}

const TEXT: &str = "t = { type = \"text\" }";

#[test]
fn toml_syntax() {
    let found = problems("[[model]]\nid = \"a\nmakes = 1\n");
    assert!(found[0].starts_with("test.toml:2: this is not TOML"), "{found:?}");
}

#[test]
fn unknown_keys_and_types() {
    let rest = format!("{PRICE}{ROUTE}");
    wrong("t = { type = \"text\", max_char = 5 }", &rest, 6, "did you mean `max_chars`?");
    wrong(TEXT, &format!("{rest}upsteam = \"x\"\n"), 11, "did you mean `upstream`?");
    wrong(TEXT, &format!("{rest}[model.colour]\nx = 1"), 11, "unknown key `colour` in model `a/b`");
    wrong_param(
        "t = { type = \"text\", required = \"yes\" }",
        "`required` of parameter `t` is a text; write true or false",
    );
    wrong_param("t = { type = \"text\", max_chars = -1 }", "write a whole number from 0");
    wrong_param("t = { type = \"txt\" }", "did you mean \"text\"?");
    wrong_param("t = {}", "parameter `t` has no type");
    wrong_param("t = { type = \"media\", of = \"image\", max_bytes = 0 }", "parameter `t` takes no file");
    wrong_param("t = { type = \"media\" }", "does not say of what");
    wrong_param("t = { type = \"job\", from = [\"a/*\"] }", "does not say of what");
    wrong_param("t = { type = \"job\", of = \"audio\", from = [] }", "one_of of parameter `t` is empty");
    wrong_param("t = { type = \"int\", role = \"voice\" }", "which its type cannot play");
    wrong_param("t = 5", "parameter `t` is a whole number; write a table");
    wrong_param("t = { type = \"text\", pattern = \"[a-z]\" }", "unknown pattern");
    assert!(problems("[[modle]]\nid = \"a\"\n")[0].contains("did you mean `model`?"));
    assert!(problems("model = 5")[0].contains("[[…model]]"));
}

#[test]
fn missing_keys() {
    assert!(
        problems("[[model]]\nname = \"x\"\n")[0]
            .starts_with("test.toml:2: a [[model]] stanza has no id; add id")
    );
    let found = problems("[[model]]\nid = \"A b\"\n").join("\n");
    for words in [
        "is not an id",
        "does not say `makes`",
        "does not say `tasks`",
        "has no parameter",
        "has no price",
        "has no route",
    ] {
        assert!(found.contains(words), "{found} lacks {words}");
    }
    let text = stanza(TEXT, &format!("{PRICE}{ROUTE}"));
    assert!(
        problems(&text.replace("makes = \"video\"", "makes = \"film\""))[0]
            .contains("test.toml:3: `makes` of model `a/b` is unknown")
    );
    assert!(
        problems(&text.replace("text-to-video", "txt-to-video"))[0]
            .contains("did you mean \"text-to-video\"?")
    );
    assert!(
        problems(&text.replace("text-to-video", "text-to-image"))[0]
            .contains("makes video, but its task text-to-image makes image")
    );
    assert!(problems(&text.replace("[\"text-to-video\"]", "[]"))[0].contains("lists none"));
    assert!(
        problems(&text.replace("[model.params]", "typical = { format = \"mp3\" }\n[model.params]"))[0]
            .contains("use one of: mp4")
    );
}

#[test]
fn bounds_that_cannot_be() {
    wrong_param("i = { type = \"int\", min = 5, max = 4 }", "has min 5 above max 4; swap them");
    wrong_param("n = { type = \"number\", min = 5, max = 4.5 }", "has min 5 above max 4.5");
    wrong_param("i = { type = \"int\", one_of = [] }", "one_of of parameter `i` is empty");
    wrong_param("c = { type = \"choice\", one_of = [] }", "one_of of parameter `c` is empty");
    wrong_param("c = { type = \"choice\" }", "has no one_of");
    wrong_param("c = { type = \"choice\", one_of = [\"a\", \"A\"] }", "lists \"a\" twice");
    wrong_param("i = { type = \"int\", one_of = [5], max = 6 }", "both one_of and min or max");
    wrong_param("l = { type = \"media_list\", of = \"image\", max = 0 }", "takes no item");
    wrong_param("l = { type = \"media_list\", of = \"film\" }", "add of = ");
    wrong_param("s = { type = \"size\" }", "takes no size");
    wrong_param("s = { type = \"size\", words = { a = \"big\" } }", "is not WxH");
    wrong_param("e = { type = \"object_list\" }", "has no fields");
    wrong_param(
        "e = { type = \"object_list\", fields = { p = { type = \"text\", role = \"prompt\" } } }",
        "has a role",
    );
    wrong_param("c = { type = \"choice_or_number\", one_of = [\"a\"] }", "has no min and max");
}

#[test]
fn defaults() {
    wrong_param(
        "i = { type = \"int\", one_of = [5, 10], default = 7 }",
        "the default of parameter `i` is outside its own bounds: default is 7; allowed: 5, 10",
    );
    wrong_param("i = { type = \"int\", min = 5, assume = 3 }", "the assume of parameter `i` is outside");
    wrong_param("t = { type = \"text\", required = true, default = \"x\" }", "is required and has a default");
    wrong_param("t = { type = \"text\", default = \"y\", assume = \"x\" }", "`assume` is never used");
    wrong_param("t = { type = \"refused\", required = true }", "required and refused");
}

#[test]
fn roles_and_names() {
    wrong_param("t = { type = \"text\", role = \"promt\" }", "unknown role \"promt\"; use one of: prompt,");
    wrong_param("t = { type = \"text\", role = \"duration\" }", "which its type cannot play");
    wrong_param("t = { type = \"int\", min = 0, max = 4, role = \"count\" }", "which its type cannot play");
    wrong(
        "t = { type = \"text\", role = \"prompt\" }\nu = { type = \"text\", role = \"prompt\" }",
        &format!("{PRICE}{ROUTE}"),
        7,
        "both have the role prompt",
    );
    wrong(
        "t = { type = \"text\" }\nu = { type = \"text\", aliases = [\"t\"] }",
        &format!("{PRICE}{ROUTE}"),
        7,
        "the alias `t` of `u`",
    );
    wrong_param(
        "c = { type = \"choice\", one_of = [\"a\"], means = { b = \"720p\" } }",
        "which it can never be",
    );
    wrong_param("t = { type = \"text\", needs = [\"u\"] }", "unknown parameter `u`");
    wrong_param(
        "t = { type = \"text\", ignored_when = { t = { given = true } } }",
        "ignored depending on itself",
    );
    wrong_param("i = { type = \"int\", sum_of = \"x.y\" }", "not a sum of whole numbers");
}

#[test]
fn doubled_models() {
    let one = stanza(TEXT, &format!("{PRICE}{ROUTE}"));
    let found = problems(&format!("{one}{one}"));
    assert_eq!(found, ["test.toml:13: the model `a/b` is already on line 2; remove one of the stanzas"]);
    let other = one.replace("id = \"a/b\"", "id = \"c/d\"\naliases = [\"a/b\"]");
    let found = problems(&format!("{one}{other}"));
    assert_eq!(
        found,
        ["test.toml:14: the alias \"a/b\" of `c/d` already names `a/b`; remove it from one of them"]
    );
}

#[test]
fn rules() {
    let rule = |rule: &str, words: &str| {
        let params = "a = { type = \"text\" }\nb = { type = \"text\" }\nr = { type = \"text\", required = true }\nd = { type = \"int\", one_of = [5, 10], default = 5 }";
        wrong(params, &format!("[[model.rules]]\n{rule}\n{PRICE}{ROUTE}"), 11, words);
    };
    rule("any_of = [\"a\", \"x\"]", "names the unknown parameter `x`");
    rule("when = { x = 5 }\nrequires = [\"a\"]", "names the unknown parameter `x`");
    rule("when = { d = 7 }\nrequires = [\"a\"]", "`d` in `when` of rule 1 of model `a/b` can never be 7");
    rule("when = { d = \"five\" }\nrequires = [\"a\"]", "can never be \"five\"");
    rule("when = { d = [] }\nrequires = [\"a\"]", "lists no value");
    rule("when = { d = { given = true } }\nrequires = [\"a\"]", "is always given");
    rule("when = { a = \"x\" }\nrequires = [\"b\"]", "use { given = true }");
    rule("any_of = [\"a\"]", "fewer than two");
    rule("any_of = [\"a\", \"r\"]", "is always met: `r` is always given");
    rule("one_of = [\"a\", \"d\"]", "leaves no choice: `d` is always given");
    rule("requires = [\"r\"]", "is always met");
    rule(
        "when = { a = { given = true } }\nrequires = [\"b\"]\nforbids = [\"b\"]",
        "requires and forbids `b`",
    );
    rule("when = { a = { given = false } }\nrequires = [\"a\"]", "when it is not given");
    rule("forbids = [\"r\"]", "can never hold: it forbids `r`");
    rule("allow = { d = [10] }", "broken by the default of `d`");
    rule("allow = { d = [] }", "allows no value");
    rule("allow = { a = {} }", "allows nothing");
    rule("ordered = [\"a\", \"d\"]", "are not numbers");
    rule("ordered = [\"a\"]", "does not name two");
    rule("when = { d = 5 }", "asks for nothing");
}

#[test]
fn prices() {
    let price = |params: &str, prices: &str, line: u32, words: &str| {
        wrong(params, &format!("{prices}\n{ROUTE}"), line, words)
    };
    let mode = "mode = { type = \"choice\", one_of = [\"std\", \"pro\"], default = \"std\" }";
    price(mode, "", 2, "has no price; add [[model.prices]]");
    price(mode, "[[model.prices]]\nusd = \"4 cents\"", 8, "is not an amount; write US dollars");
    price(mode, "[[model.prices]]\nusd = 0.04", 8, "is not an amount");
    price(mode, "[[model.prices]]\nusd = \"-1\"", 8, "is not an amount");
    price(mode, "[[model.prices]]\nwhen = {}", 8, "has no amount");
    price(
        mode,
        "[[model.prices]]\nwhen = { mode = \"pro\" }\nusd = \"1\"",
        2,
        "has no price for mode = std; add a row",
    );
    price(
        mode,
        "[[model.prices]]\nusd = \"1\"\n[[model.prices]]\nwhen = { mode = \"pro\" }\nusd = \"2\"",
        10,
        "can never match",
    );
    price(
        mode,
        "[[model.prices]]\nwhen = { mode = \"max\" }\nusd = \"2\"",
        8,
        "can never be \"max\"; use one of: std, pro",
    );
    price(mode, "[[model.prices]]\nusd_per = { second = \"1\" }", 8, "no parameter has the role duration");
    price(mode, "[[model.prices]]\nusd_per = { hour = \"1\" }", 8, "unknown unit `hour`");
    price(mode, "[[model.prices]]\nusd_per = { thousand_characters = \"1\" }", 8, "not a bounded text");
    price(
        "d = { type = \"int\", min = 1, default = 5, role = \"duration\" }",
        "[[model.prices]]\nusd_per = { second = \"1\" }",
        8,
        "can be missing or has no bounds",
    );
    let seconds = "d = { type = \"int\", min = 1, max = 9, default = 5, role = \"duration\" }";
    price(
        seconds,
        "[[model.prices]]\nusd = \"1\"\nusd_per = { second = \"1\" }",
        8,
        "both `usd` and `usd_per`",
    );
    price(seconds, "[[model.prices]]\nbase = \"1\"", 8, "without `usd_per`");
    price(
        "d = { type = \"int\", min = 1, max = 900, default = 5 }",
        "[[model.prices]]\nwhen = { d = { max = 9 } }\nusd = \"1\"\n[[model.prices]]\nusd = \"2\"",
        2,
        "`d` has too many values",
    );
    price(
        "o = { type = \"choice\", one_of = [\"a\"] }",
        "[[model.prices]]\nwhen = { o = \"a\" }\nusd = \"1\"",
        2,
        "has no price for o not given",
    );
}

#[test]
fn a_combination_that_the_rules_exclude_needs_no_price() {
    let text = stanza(
        "q = { type = \"choice\", one_of = [\"a\", \"b\"], default = \"a\" }\nd = { type = \"int\", one_of = [5, 10], default = 5 }",
        &format!(
            "[[model.rules]]\nwhen = {{ q = \"b\" }}\nallow = {{ d = [5] }}\n[[model.prices]]\nwhen = {{ q = \"a\" }}\nusd = \"1\"\n[[model.prices]]\nwhen = {{ d = 5 }}\nusd = \"2\"\n{ROUTE}"
        ),
    );
    assert_eq!(read(&text).unwrap().models()[0].price_table().rows.len(), 3);
}

#[test]
fn routes() {
    let route = |route: &str, words: &str| {
        let params = "c = { type = \"choice\", one_of = [\"a\"], default = \"a\" }\nt = { type = \"text\" }";
        wrong(params, &format!("{PRICE}[[model.routes]]\n{route}"), 11, words);
    };
    wrong(TEXT, PRICE, 2, "has no route; add [[model.routes]]");
    route("provider = \"fall\"", "did you mean \"fal\"?");
    route("upstream = \"x\"", "names no provider; add provider = one of: sandbox, openai, fal");
}

#[test]
fn routes_in_detail() {
    let route = |route: &str, words: &str| {
        let params = "c = { type = \"choice\", one_of = [\"a\"], default = \"a\" }\nt = { type = \"text\" }\nn = { type = \"int\", min = 1, max = 4, default = 1, role = \"count\" }";
        let found = problems(&stanza(params, &format!("{PRICE}{ROUTE}{route}")));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains(words), "{} lacks {words}", found[0]);
    };
    route("map = { tt = \"x\" }", "names the unknown parameter `tt`");
    route("drop = [\"cc\"]", "`drop` of route 1 of model `a/b` names the unknown parameter `cc`");
    route("drop = 5", "write a list of parameter names");
    route("when = { x = 1 }", "names the unknown parameter `x`");
    route(
        "upstream = \"x/{mode}\"",
        "`upstream` of route 1 of model `a/b` names the unknown parameter `mode`",
    );
    route("upstream = \"x/{t}\"", "cannot hold `t`");
    route("upstream = \"x/{t\"", "not closed");
    route("upstream = \"\"", "is empty");
    route("upstream = 5", "is a whole number; write a text in quotes");
    route("map = { c = { values = { b = 1 } } }", "names \"b\", which `c` can never be");
    route("map = { c = { without = [\"b\"] } }", "names \"b\", which `c` can never be");
    route("map = { c = { as = \"strng\" } }", "unknown type \"strng\"");
    route("map = { c = 5 }", "is a whole number");
    route("map = { t = \"x\" }\ndrop = [\"t\"]", "both maps and drops `t`");
    route("count = { as = \"n\", max = 0 }", "has no max of at least 1");
    route("count = { max = 2 }", "has no `as`");
    route("count = { as = \"n\", max = 5 }", "the model's count ends at 4");
    route("cost = \"free\"", "is not an amount");
    route("cost = { percent = -1 }", "has no whole percent");
}

#[test]
fn all_problems_of_all_files_are_told_at_once() {
    let bad = stanza(
        "t = { type = \"text\", required = 1, role = \"x\" }",
        &format!("{PRICE}[[model.routes]]\nprovider = \"nobody\""),
    );
    let source = |file: &str| Source { file: file.to_owned(), text: bad.replace("a/b", file) };
    let found = Catalogue::read(&[source("one"), source("two")], &PROVIDERS).unwrap_err();
    assert_eq!(found.len(), 6, "{found:?}");
    assert_eq!(found[5].file, "two");
}

/// A stanza with these keys of its own beside the ones it must have.
fn with_keys(keys: &str) -> String {
    let whole = stanza(TEXT, &format!("{PRICE}{ROUTE}"));
    whole.replace("makes = \"video\"", &format!("makes = \"video\"\n{keys}"))
}

#[test]
fn tags_and_retirement() {
    for (keys, words) in [
        ("tags = [\"upscale\"]", "did you mean \"upscaling\"?"),
        ("tags = [\"zzz\"]", "use some of: upscaling, "),
        ("retired = { on = \"soon\", successor = \"a/c\" }", "no date or no successor"),
        ("retired = { on = \"2026-09-24\" }", "no date or no successor"),
        ("retired = { on = \"2026-09-24\", successor = \"a/c\" }", "is not a model that is in service"),
        ("retired = { on = \"2026-09-24\", successor = \"a/b\" }", "is not a model that is in service"),
    ] {
        let found = problems(&with_keys(keys));
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(found[0].contains(words), "{} lacks {words}", found[0]);
    }
    let good = with_keys("retired = { on = \"2026-09-24\", successor = \"a/c\" }\ntags = [\"vector\"]");
    let other = with_keys("").replace("a/b", "a/c");
    let catalogue = read(&format!("{good}{other}")).unwrap();
    let model = catalogue.find("a/b").unwrap();
    assert_eq!(model.retired.as_ref().unwrap().successor, "a/c");
    assert_eq!(model.tags, ["vector"]);
}
