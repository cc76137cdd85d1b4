use std::sync::Arc;

use spool_domain::adapter::{Auth, Call};

use super::super::stub::{Stands, call, providers, server};
use super::*;

/// An RSA key made for these tests and used nowhere else, in base64 (PKCS #8).
const KEY: &str = "MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQDBstj4H2B46ibiR8BWGPMHXW4RYen9z9ptT2HKI0HytQP8H92A\
     T+yzFswR1lCzvdYLHUJkt+yc4FP6b0gWwhLO6Zlc5nNKKaBQgnLeV6xEjrPEhEsGC1KbzsuIduJqQ+THHJFxNhmqNhJakFGupG59\
     3Cr840kDOjEsTPvq71MHGr64Y5n1179lnlhK/aVuZRHfAKZ9Tm8BquYoWNknGQhYFkePZkHzM18/Q+rtaRwgSULqx72hRjJzQ3Vo\
     e4VIkpqIGauhC7bzWSIsMWWGFhf9OjYI/BR07XB0LiXhO6wvrxlLjlxZ+mfuvcAZSvIAyoh7QNdNdmziUTZ8isLp2CKzAgMBAAEC\
     ggEAHrzi8X0JMib2RLJeM0uCRYjuDpQbLcvuPap7OjieHoXbPAdSfyovxbu4Zpw78koNzXW3M4R8Z+ixaux95B6oHW20iKmJYht4\
     9U2+LMp86+Q5YtYbkbn6Qf9vDRjQlUxw4agG7JBJQlmSUAzW6X/uiMqHh9oJnBl/9CfDUmToKBgvsCoBrRoC3dJlmx6blMtGYX3k\
     LxlUNeo5KQZMALu2hQAZgWnKeZ+qixBgs+qOaDtawoo8Xa1oexX3qsxT36C9NeGkmmN53vaw1wKmHwz3i5Uy58JEzNFLR3BSgOsO\
     ybxpWn4QFL5gbPOhkTzew9cPfgqPmGE21u/5Hp9BAUjLAQKBgQDn4U4V02Tpktp7pFnz2XJajdF1jBRFPvrnVGeThVKOV8yZaAjO\
     6f7Z6BkY0HEO5pp9SjCB1oqqX1dvBCDpO1dlWPVJ2Q2S7HNwMsKxDZWnF2tTZxsh5NfA3FnNXq7y/AtL3tSpN6hNP0tlfmqmPJ95\
     cPIwgQf7LKjPhdzePMukZwKBgQDV2NCMOvkjN9qe4NMvIpBfkauBwT07gI9UNmrYweF5MiSyDhPmvh/wM9icccM4Ff8K/v2pFhxE\
     IJAw6JaBw3fwGR1tsb0NH7IbMBdXey7Ao1QK4SkbJscceTe+fE7llp0H8BZjHT0aaA+I9X/Nt9DJNDOIyzremrVl0Q7J4ZU/1QKB\
     gCqlOCwxbay7cm0s49JCGpLm5C/fLFcz5wcmccoiyfUd1qYcCQqs5E8FLaBvrWtVI/KI83TdlTESSc1EEB106XTdMHd9cM6lp/Fp\
     lH7lhbFuUDHNk6LfKILyw51OnZRYoGc6uxfIAa77Rg2Le2fJXHcEO7aJ9ILQStenweAphDZfAoGAGLHA43Cr9HUuucocmQTUxzR7\
     KbC28XgXFRJzpDQ/ZU91DVqy0aKC7aoPCYHZmVBw80Qe5re26+cWv48cUj/QSdmcnF46BpnyZ1FWYLPI4lX6DoeRx6DivVcCKO0R\
     71FFMPV4oFlwBOyfXqF68LaZVaLBkLpnQe17pRZPLuDt60ECgYA3i6VQRcaMpXky8Ll+g4A/Q51bnQTfbShQ/W+ZZMo0wVXuOw1+\
     faG/yIc/o9AAzKdAmeMFejYNbfDNKC4BD0r5yNkUrvX7AhZgEYjDlAOVDzKiQBHTBqkKrbD2eW2hiHU0u+qbyAm6aRIs9XrdiECB\
     9038CikrMw7R+bhJkpIggQ==";

const NOW_MS: i64 = 1_760_000_000_000;

fn account(token_uri: &str) -> String {
    let pem = format!("-----BEGIN %s KEY-----\n{KEY}\n-----END %s KEY-----\n").replace("%s", "PRIVATE");
    json!({
        "type": "service_account",
        "client_email": "spool@test-project.iam.gserviceaccount.com",
        "private_key_id": "key-1",
        "private_key": pem,
        "token_uri": token_uri,
    })
    .to_string()
}

/// The expected signature was made with another program over the same header and claims.
#[test]
fn an_assertion_is_signed_like_the_worked_example() {
    let account = Account::read(&account("https://oauth2.googleapis.com/token")).ok().unwrap();
    let assertion = account.assertion(NOW_MS / 1_000).unwrap();
    let (input, signature) = assertion.rsplit_once('.').unwrap();
    let part = |no| {
        let bytes = data_encoding::BASE64URL_NOPAD.decode(input.split('.').nth(no).unwrap().as_bytes());
        String::from_utf8(bytes.unwrap()).unwrap()
    };
    assert_eq!(part(0), r#"{"alg":"RS256","typ":"JWT","kid":"key-1"}"#);
    assert_eq!(
        part(1),
        "{\"iss\":\"spool@test-project.iam.gserviceaccount.com\",\
         \"scope\":\"https://www.googleapis.com/auth/cloud-platform\",\
         \"aud\":\"https://oauth2.googleapis.com/token\",\"iat\":1760000000,\"exp\":1760003600}"
    );
    assert_eq!(
        signature,
        "GYDovKQmxxxMAtvzUylMoH9q_ShfWmkH0q_HHFdqUKNdR0jRedbPTMLXf16meRMT2rYmsxSnSDxVX-IN3oM52dAQoO\
             czqVkSbNqDOJwjRoSQAmu7yW0482rfD9_-4T-ValVWIcF4SUONEUdcRhvd6Y_oGDcaWKGDL7nYxVwLiN_EKlZ1fZF2\
             cqsh8T4M4X3DOj-ySEMCM6P2PkXE7-bpQlPBSwU6DconOiiEqSpFOSTNdOA6_lFLhYuEvGAbjGW_JJJHzWrydkE3ZV\
             tEWUAVMGhvQIWQ0Z_uB5aH96d50q7JeLAgvt-N3nDT-ZledZZbHoTeZg6YVcxAm5T6gflzIQ"
    );
}

#[test]
fn a_key_that_cannot_be_used_is_refused_in_words_that_quote_nothing() {
    let whole = account("https://oauth2.googleapis.com/token");
    for (from, to, needed) in [
        ("client_email", "mail", "client_email"),
        ("BEGIN PRIVATE", "BEGIN PUBLIC", "PEM"),
        ("MII", "MIA", "RSA"),
        ("https://oauth2", "http://oauth2", "token_uri"),
    ] {
        let said = Account::read(&whole.replace(from, to)).err().unwrap_or("taken");
        assert!(said.contains(needed), "{from}: {said}");
    }
    assert!(Account::read(&account("http://127.0.0.1:1/token")).is_ok(), "nothing leaves the machine");
}

#[tokio::test]
async fn a_bearer_is_fetched_once_and_again_five_minutes_before_its_end_or_after_a_refusal() {
    let (google, asked) = server().await;
    let (api, heard) = server().await;
    let clock = Arc::new(Stands(NOW_MS.into()));
    let secret = account(&format!("http://{google}/token"));
    let providers = providers(Auth::GoogleAccount, &format!("http://{api}"), &secret, &clock);
    let give = |token: &str| {
        let granted = json!({ "access_token": token, "expires_in": 3600, "token_type": "Bearer" });
        asked.answers.lock().push_back((200, granted.to_string()));
    };
    let sent = async || {
        call(&providers, &Call::get("/")).await.unwrap();
        let (_, headers, _) = heard.requests.lock().pop().unwrap();
        headers["authorization"].to_str().unwrap().to_owned()
    };
    give("first");
    let (one, two) = tokio::join!(sent(), sent());
    assert_eq!((one.as_str(), two.as_str()), ("Bearer first", "Bearer first"));
    assert_eq!(asked.requests.lock().len(), 1, "both waited for one exchange");
    let (path, headers, form) = asked.requests.lock()[0].clone();
    assert_eq!(
        (path.as_str(), headers["content-type"].to_str().unwrap()),
        ("/token", "application/x-www-form-urlencoded")
    );
    assert!(
        form.starts_with("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=ey")
    );
    *clock.0.lock() += 54 * 60_000;
    assert_eq!(sent().await, "Bearer first");
    *clock.0.lock() += 60_000;
    give("second");
    assert_eq!(sent().await, "Bearer second");
    heard.answers.lock().push_back((401, String::new()));
    assert_eq!(sent().await, "Bearer second");
    give("third");
    assert_eq!(sent().await, "Bearer third", "a refused one is not used again");
    assert_eq!(asked.requests.lock().len(), 3);
}

#[tokio::test]
async fn a_refused_account_sends_nothing_to_the_provider_and_is_asked_for_again_after_a_pause() {
    let (google, asked) = server().await;
    let (api, heard) = server().await;
    let clock = Arc::new(Stands(NOW_MS.into()));
    let secret = account(&format!("http://{google}/token"));
    let providers = providers(Auth::GoogleAccount, &format!("http://{api}"), &secret, &clock);
    for (status, why) in [(400, Why::Credential), (503, Why::Token)] {
        asked.answers.lock().push_back((status, json!({ "error": "invalid_grant" }).to_string()));
        for _ in 0..2 {
            let unanswered = call(&providers, &Call::get("/")).await.err().unwrap();
            assert_eq!((unanswered.sent, unanswered.why), (0, why));
        }
        *clock.0.lock() += 5_000;
    }
    assert_eq!(asked.requests.lock().len(), 2, "the second of each pair did not ask");
    assert_eq!(heard.requests.lock().len(), 0);
}
