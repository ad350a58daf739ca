//! A test of something that talks to a media server: the server has no port, and the client
//! is the other end of a pipe in memory.
//!
//! ```sh
//! cargo test --release --workspace --test in_memory
//! ```

use porthole::{Running, Server, StreamSender, stream_listener};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// Starts a server for a folder, without a port.
async fn serve(folder: &std::path::Path) -> Result<(StreamSender, Running), porthole::Error> {
    let (connections, listener) = stream_listener(([127, 0, 0, 1], 80).into());
    let server = Server::builder().directory(folder).listeners(listener);
    Ok((connections, server.start().await?))
}

/// Asks for a file, and returns the status line and the content. This is under test.
async fn fetch(connections: &StreamSender, path: &str) -> std::io::Result<(String, String)> {
    let mut stream = connections.connect().await?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut response = String::new();
    stream.read_to_string(&mut response).await?;
    let (head, content) = response.split_once("\r\n\r\n").unwrap_or_default();
    let status = head.lines().next().unwrap_or_default();
    Ok((status.to_owned(), content.to_owned()))
}

#[tokio::test]
async fn a_file_is_fetched() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("a.txt"), "content")?;
    let (connections, _running) = serve(folder.path()).await?;
    let fetched = fetch(&connections, "/a.txt").await?;
    assert_eq!(fetched, ("HTTP/1.1 200 OK".into(), "content".into()));
    let (status, _) = fetch(&connections, "/b.txt").await?;
    assert_eq!(status, "HTTP/1.1 404 Not Found");
    Ok(())
}
