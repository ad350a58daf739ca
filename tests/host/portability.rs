//! The same component on the sockets that wasmtime-wasi brings along: it assumes
//! nothing of our host beyond WASI 0.3.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::time::Instant;

use libtest_mimic::Trial;
use tokio::sync::oneshot;
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Config, Engine, Store};
use wasmtime_wasi::p3::bindings::Command;
use wasmtime_wasi::sockets::SocketAddrUse;
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

use crate::support::{Client, Folder, PATIENCE, noise, trials};

pub fn trials() -> Vec<Trial> {
    trials![stock_sockets_serve_a_file]
}

fn stock_sockets_serve_a_file() {
    let folder = Folder::new();
    let content = noise(3_000_000);
    folder.file("film.mp4", &content);
    folder.file("sub/a", "a");
    // WASI has no way to hand over a listener, and the component has to know its
    // port: one that was free a moment ago.
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let (stop, stopped) = oneshot::channel();
    std::thread::scope(|scope| {
        let server = scope.spawn(|| serve(folder.path(), address, stopped));
        let deadline = Instant::now() + PATIENCE;
        let mut client = loop {
            match Client::try_connect(address) {
                Some(client) => break client,
                None => assert!(!server.is_finished() && Instant::now() < deadline),
            }
        };
        assert!(client.get("/film.mp4", "").body == content);
        let part = client.get("/film.mp4", "Range: bytes=1000000-\r\n");
        assert!(part.status == 206 && part.body == content[1_000_000..]);
        assert_eq!(client.get("/sub/a", "").text(), "a");
        assert!(client.get("/sub/", "").text().contains("<table>"));
        assert_eq!(client.get("/missing", "").status, 404);
        let mut another = Client::connect(address);
        assert!(another.get("/film.mp4", "Connection: close\r\n").closes());
        another.expect_end();
        stop.send(()).unwrap();
    });
}

struct Stock {
    wasi: WasiCtx,
    table: ResourceTable,
}

impl WasiView for Stock {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

/// What `wasmtime run -S tcp --dir … porthole.wasm --listen …` would do.
fn serve(root: &Path, address: SocketAddr, stopped: oneshot::Receiver<()>) {
    let mut config = Config::new();
    config.wasm_component_model_async(true);
    let engine = Engine::new(&config).unwrap();
    let component = Component::from_binary(&engine, porthole::COMPONENT).unwrap();
    let mut linker = Linker::<Stock>::new(&engine);
    wasmtime_wasi::p3::add_to_linker(&mut linker).unwrap();
    let wasi = WasiCtxBuilder::new()
        .args(&["porthole".to_owned(), format!("--listen={address}")])
        .preopened_dir(root, "/", FsPerms::ReadOnly)
        .unwrap()
        .allow_tcp(true)
        .socket_addr_check(move |wanted, use_| {
            Box::pin(async move { matches!(use_, SocketAddrUse::TcpAccept) || wanted == address })
        })
        .build();
    let mut store = Store::new(
        &engine,
        Stock {
            wasi,
            table: ResourceTable::new(),
        },
    );
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let command = Command::instantiate_async(&mut store, &component, &linker)
            .await
            .unwrap();
        let run = store.run_concurrent(async |store| command.wasi_cli_run().call_run(store).await);
        tokio::select! {
            ended = run => panic!("it ended: {ended:?}"),
            _ = stopped => {}
        }
    });
}
