//! porthole inside an axum application: `/media/` is a folder, and the other routes are the
//! application's own.
//!
//! The handler forwards requests over connections in memory, so that porthole has no port of
//! its own. Pages and redirects of porthole have relative links, which work below any path.
//!
//! ```sh
//! cargo run --release --example inside_axum -- ~/Videos
//! ```

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use porthole::{Server, StreamSender, stream_listener};
use tokio::io::AsyncReadExt as _;

/// Path of the folder in the application.
const PREFIX: &str = "/media";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let (connections, listener) = stream_listener(([127, 0, 0, 1], 80).into());
    let porthole = Server::builder()
        .directory(folder)
        .listeners(listener)
        .on_event(|event| eprintln!("{event}"))
        .start()
        .await?;
    let application = Router::new()
        .route("/", get(async || "the application"))
        .route(PREFIX, get(async || Redirect::permanent("/media/")))
        .route("/media/", get(forward))
        .route("/media/{*path}", get(forward))
        .with_state(connections);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}/", listener.local_addr()?);
    let application = application.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, application)
        .with_graceful_shutdown(async {
            let _ = tokio::io::stdin().read_to_end(&mut Vec::new()).await;
        })
        .await?;
    porthole.drain(Duration::from_secs(10)).await?;
    Ok(())
}

/// Forwards a request to porthole, and streams the response back.
async fn forward(
    State(connections): State<StreamSender>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    match forwarded(&connections, peer, request).await {
        Ok(response) => response,
        Err(error) => {
            eprintln!("cannot forward: {error}");
            StatusCode::BAD_GATEWAY.into_response()
        }
    }
}

async fn forwarded(
    connections: &StreamSender,
    peer: SocketAddr,
    mut request: Request,
) -> Result<Response, Box<dyn std::error::Error + Send + Sync>> {
    let target = request.uri().path_and_query().map(PathAndQuery::as_str);
    let target = target.and_then(|target| target.strip_prefix(PREFIX));
    *request.uri_mut() = target.unwrap_or("/").parse::<Uri>()?;
    let host = request.headers().get(header::HOST).cloned();
    let fields = request.headers_mut();
    // It describes the connection of the client, not this one (RFC 9110 section 7.6.1).
    fields.remove(header::CONNECTION);
    // They are set here, whatever the client has sent.
    fields.insert("x-forwarded-for", peer.ip().to_string().parse()?);
    fields.insert("x-forwarded-proto", HeaderValue::from_static("http"));
    fields.insert("x-forwarded-prefix", HeaderValue::from_static(PREFIX));
    fields.remove("x-forwarded-host");
    if let Some(host) = host {
        fields.insert("x-forwarded-host", host);
    }
    let stream = TokioIo::new(connections.connect().await?);
    let (mut sender, connection) = http1::handshake::<_, Body>(stream).await?;
    tokio::spawn(connection);
    let response = sender.send_request(request).await?;
    Ok(response.map(Body::new))
}
