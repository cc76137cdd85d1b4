//! S11-S13: result files behind signed URLs.

use serde_json::json;
use sha2::{Digest, Sha256};
use spool_domain::ids::AssetId;
use spool_domain::store::Store;

use crate::world::{Answer, Request, Setting, World};

struct Fox {
    world: World,
    /// Path and query.
    url: String,
    whole: Vec<u8>,
}

impl Fox {
    async fn new() -> Self {
        let world = World::new().await;
        let fox = json!({ "model": "flux-1.1-pro", "input": { "prompt": "a fox" }, "wait": 60 });
        let url = world.post(fox).await.first_url();
        let url = url.strip_prefix(&format!("http://{}", world.address)).unwrap().to_owned();
        let answer = Request::new(world.address, "GET", &url).send().await;
        assert_eq!(answer.status, 200);
        Self { whole: answer.bytes.to_vec(), world, url }
    }

    fn id(&self) -> AssetId {
        AssetId::parse(&self.url["/v1/assets/".len()..][..32]).unwrap()
    }

    fn query(&self) -> &str {
        self.url.split_once('?').unwrap().1
    }

    async fn ask(&self, method: &str, headers: &[(&str, &str)]) -> Answer {
        let request = Request::new(self.world.address, method, &self.url);
        headers.iter().fold(request, |request, (name, value)| request.header(name, value)).send().await
    }
}

#[tokio::test]
async fn s13_a_file_comes_with_the_headers_that_make_it_harmless() {
    let fox = Fox::new().await;
    let answer = fox.ask("GET", &[]).await;
    let format = fox.url.split('?').next().unwrap().rsplit('.').next().unwrap().to_owned();
    let hash: String = Sha256::digest(&fox.whole).iter().map(|byte| format!("{byte:02x}")).collect();
    for (name, value) in [
        ("content-type", format!("image/{format}")),
        ("content-length", fox.whole.len().to_string()),
        ("content-disposition", format!("inline; filename=\"{}.{format}\"", fox.id())),
        ("x-content-type-options", "nosniff".to_owned()),
        ("content-security-policy", "sandbox; default-src 'none'".to_owned()),
        ("cache-control", "private, max-age=3600".to_owned()),
        ("accept-ranges", "bytes".to_owned()),
        ("etag", format!("\"{hash}\"")),
    ] {
        assert_eq!(answer.header(name), Some(value.as_str()), "{name}");
    }
    fox.world.close().await;
}

#[tokio::test]
async fn head_says_the_same_without_the_content() {
    let fox = Fox::new().await;
    let (get, head) = (fox.ask("GET", &[]).await, fox.ask("HEAD", &[]).await);
    assert_eq!((head.status, head.bytes.len()), (200, 0));
    let known = |answer: &Answer| {
        let mut headers = answer.headers.clone();
        headers.remove("date");
        headers
    };
    assert_eq!(known(&get), known(&head));
    let part = fox.ask("HEAD", &[("range", "bytes=0-9")]).await;
    assert_eq!((part.status, part.header("content-length"), part.bytes.len()), (206, Some("10"), 0));
    fox.world.close().await;
}

#[tokio::test]
async fn ranges_give_their_bytes() {
    let fox = Fox::new().await;
    let size = fox.whole.len();
    for (range, bytes) in [
        ("bytes=0-0".to_owned(), 0..1),
        ("bytes=10-19".to_owned(), 10..20),
        (format!("bytes={}-", size - 5), size - 5..size),
        ("bytes=-7".to_owned(), size - 7..size),
        (format!("bytes=0-{}", size * 2), 0..size),
    ] {
        let answer = fox.ask("GET", &[("range", &range)]).await;
        assert_eq!(answer.status, 206, "{range}");
        let stated = format!("bytes {}-{}/{size}", bytes.start, bytes.end - 1);
        assert_eq!(answer.header("content-range"), Some(stated.as_str()));
        assert_eq!(answer.header("content-length"), Some(bytes.len().to_string().as_str()));
        assert!(answer.bytes == fox.whole[bytes], "{range}");
    }
    let behind = fox.ask("GET", &[("range", &format!("bytes={size}-"))]).await;
    assert_eq!(
        (behind.status, behind.header("content-range")),
        (416, Some(format!("bytes */{size}").as_str()))
    );
    for whole in ["bytes=0-1,4-5", "lines=1-2", "bytes=5-1"] {
        assert_eq!(fox.ask("GET", &[("range", whole)]).await.status, 200, "{whole}");
    }
    let etag = fox.ask("HEAD", &[]).await.header("etag").unwrap().to_owned();
    assert_eq!(fox.ask("GET", &[("range", "bytes=0-0"), ("if-range", &etag)]).await.status, 206);
    assert_eq!(fox.ask("GET", &[("range", "bytes=0-0"), ("if-range", "\"old\"")]).await.status, 200);
    let known = fox.ask("GET", &[("if-none-match", &format!("\"old\", {etag}"))]).await;
    assert_eq!((known.status, known.bytes.len()), (304, 0));
    fox.world.close().await;
}

#[tokio::test]
async fn s11_s12_expired_altered_deleted_and_unknown_are_one_404() {
    let fox = Fox::new().await;
    let world = &fox.world;
    let (id, query) = (fox.id(), fox.query().to_owned());
    let ask = async |path: String| {
        let answer = Request::new(world.address, "GET", &path).send().await;
        (answer.status, answer.bytes.to_vec())
    };
    let unknown = ask(format!("/v1/assets/{}.png?{query}", "0".repeat(32))).await;
    assert_eq!(unknown.0, 404);
    let path = fox.url.split('?').next().unwrap();
    let (key, signature) = query.split_at(query.len() - 1);
    let other_end = if signature == "A" { "Q" } else { "A" };
    for altered in [
        path.to_owned(),
        format!("{path}?"),
        format!("{path}?{key}{other_end}"),
        format!("{path}?{query}&x=1"),
        format!("{path}?{}", query.replace("d=i", "d=a")),
        format!("{path}?{}", query.replace("v=1", "v=2")),
        format!("/v1/assets/{id}.exe?{query}"),
        format!("/v1/assets/{}?{query}", id.to_string().to_uppercase()),
        format!("/v1/assets/{id}/a%20b?{query}"),
        format!("/v1/assets/{id}/a/b?{query}"),
    ] {
        assert_eq!(ask(altered.clone()).await, unknown, "{altered}");
    }
    assert_eq!(ask(format!("/v1/assets/{id}?{query}")).await.0, 200);

    world.pass_ms(3_600_000);
    assert_eq!(ask(fox.url.clone()).await, unknown, "expired");
    world.pass_ms(-3_600_000);
    assert_eq!(ask(fox.url.clone()).await.0, 200);
    assert!(world.store.delete_asset(world.account, id).await.unwrap());
    assert_eq!(ask(fox.url.clone()).await, unknown, "deleted");
    fox.world.close().await;
}

#[tokio::test]
async fn a_reader_may_name_the_download() {
    let fox = Fox::new().await;
    let path = format!("/v1/assets/{}/my-fox.png?{}", fox.id(), fox.query());
    let answer = Request::new(fox.world.address, "GET", &path).send().await;
    assert_eq!(answer.header("content-disposition"), Some("inline; filename=\"my-fox.png\""));
    fox.world.close().await;
}

#[tokio::test]
async fn urls_begin_with_the_public_address_where_there_is_one() {
    let public_url = Some("https://media.example.com".to_owned());
    let world = World::with(Setting { public_url, ..Setting::default() }).await;
    let fox = json!({ "model": "flux-1.1-pro", "input": { "prompt": "a fox" }, "wait": 60 });
    let url = world.post(fox).await.first_url();
    let path = url.strip_prefix("https://media.example.com").unwrap();
    assert_eq!(world.get(path).await.status, 200);
    world.close().await;
}
