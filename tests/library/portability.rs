//! The same component on the sockets of wasmtime-wasi. It assumes nothing of our host
//! beyond WASI 0.3.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::pin::Pin;
use std::sync::OnceLock;
use std::time::Instant;

use libtest_mimic::Trial;
use tokio::sync::oneshot;
use wasmtime::component::{Component, ComponentType, Linker, Lower, Resource, ResourceTable};
use wasmtime::{Config, Engine, Store, StoreContextMut, bail};
use wasmtime_wasi::filesystem::Descriptor;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::p3::bindings::Command;
use wasmtime_wasi::p3::bindings::filesystem::types::ErrorCode;
use wasmtime_wasi::sockets::{SocketAddrUse, TcpSocket};
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

use crate::support::{Client, Folder, TIMEOUT, noise, trials};

pub fn trials() -> Vec<Trial> {
    trials![
        stock_sockets_serve_a_file,
        passwords_are_compared_in_place,
        hashes_beyond_the_memory_are_refused
    ]
}

fn stock_sockets_serve_a_file() {
    let folder = Folder::new();
    let content = noise(3_000_000);
    folder.file("film.mp4", &content);
    folder.file("sub/a", "a");
    let address = free_address();
    let (stop, stopped) = oneshot::channel();
    std::thread::scope(|scope| {
        let stock = Stock {
            component: portable(),
            root: folder.path(),
            perms: FsPerms::ReadOnly,
            address,
            arguments: &[],
            stderr: MemoryOutputPipe::new(4_096),
        };
        let server = scope.spawn(move || stock.serve(stopped));
        let mut client = connect(address, || server.is_finished());
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

/// One user, with the password `correct horse` and a hash of 256 KiB.
const USERS: &str = "--auth-file=alice:$argon2id$v=19$m=256,t=2,p=1$c2FsdHNhbHRzYWx0$\
    pwZ7sGME81TL89Hs/ia4qXIxzecJdXvdtALit/lGF0w\n";

fn passwords_are_compared_in_place() {
    let folder = Folder::new();
    folder.file("a", "a");
    let (address, stderr) = (free_address(), MemoryOutputPipe::new(4_096));
    let (stop, stopped) = oneshot::channel();
    std::thread::scope(|scope| {
        let stock = Stock {
            component: portable(),
            root: folder.path(),
            perms: FsPerms::ReadOnly,
            address,
            arguments: &[USERS],
            stderr: stderr.clone(),
        };
        let server = scope.spawn(move || stock.serve(stopped));
        let mut client = connect(address, || server.is_finished());
        assert_eq!(client.get("/a", "").status, 401);
        let wrong = "Authorization: Basic YWxpY2U6d3Jvbmc=\r\n";
        assert_eq!(client.get("/a", wrong).status, 401);
        let right = "Authorization: Basic YWxpY2U6Y29ycmVjdCBob3JzZQ==\r\n";
        assert_eq!(client.get("/a", right).text(), "a");
        stop.send(()).unwrap();
    });
    let said = "Passwords are compared by the component itself: each takes up to 1 MiB of its \
                memory, and nobody else is served meanwhile.\n";
    assert_eq!(stderr.contents(), said);
}

/// The refusal comes at the start, and not when somebody logs in first.
fn hashes_beyond_the_memory_are_refused() {
    let folder = Folder::new();
    let stderr = MemoryOutputPipe::new(4_096);
    let users = USERS.replace("m=256", "m=65536");
    let memory = ["--memory=33554432", "--max-connections=8", "--cache=0"];
    let stock = Stock {
        component: portable(),
        root: folder.path(),
        perms: FsPerms::ReadOnly,
        address: free_address(),
        arguments: &[&memory[..], &[&*users]].concat(),
        stderr: stderr.clone(),
    };
    let (_stop, stopped) = oneshot::channel();
    let ended = std::thread::scope(|scope| scope.spawn(|| stock.serve(stopped)).join());
    assert!(ended.is_err());
    let said = String::from_utf8(stderr.contents().to_vec()).unwrap();
    let start = "error: --memory: 32 MiB are too little for what --max-connections, --cache and \
                 the hashes in --auth-file allow, which needs ";
    assert!(
        said.starts_with(start) && said.lines().count() == 1,
        "{said}"
    );
}

/// WASI has no way to pass a listener, so the component has to know its port. Returns one
/// that was free a moment ago.
pub fn free_address() -> SocketAddr {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    free.local_addr().unwrap()
}

/// Connects as soon as the component listens.
pub fn connect(address: SocketAddr, is_over: impl Fn() -> bool) -> Client {
    let deadline = Instant::now() + TIMEOUT;
    loop {
        match Client::try_connect(address) {
            Some(client) => return client,
            None => assert!(!is_over() && Instant::now() < deadline),
        }
    }
}

/// A component that is compiled, which takes long where others use the processors: it is done
/// before anybody waits for an address.
#[derive(Clone)]
pub struct Compiled {
    engine: Engine,
    component: Component,
}

impl Compiled {
    pub fn of(component: &[u8]) -> Self {
        let mut config = Config::new();
        config.wasm_component_model_async(true);
        let engine = Engine::new(&config).unwrap();
        let component = Component::from_binary(&engine, component).unwrap();
        Self { engine, component }
    }
}

/// Returns the portable component, which is compiled once for all tests.
fn portable() -> Compiled {
    static COMPILED: OnceLock<Compiled> = OnceLock::new();
    let compiled = COMPILED.get_or_init(|| Compiled::of(porthole::PORTABLE));
    compiled.clone()
}

/// Equivalent of `wasmtime run -S tcp --dir … porthole.wasm --listen …`.
pub struct Stock<'a> {
    pub component: Compiled,
    pub root: &'a Path,
    /// A component that may write may also bind any address.
    pub perms: FsPerms,
    pub address: SocketAddr,
    /// Arguments beside the address.
    pub arguments: &'a [&'a str],
    pub stderr: MemoryOutputPipe,
}

impl Stock<'_> {
    /// # Panics
    /// When the component ends before it is `stopped`.
    pub fn serve(&self, stopped: oneshot::Receiver<()>) {
        let Compiled { engine, component } = &self.component;
        let mut linker = Linker::<State>::new(engine);
        wasmtime_wasi::p3::add_to_linker(&mut linker).unwrap();
        // The hostile component imports what only our host has. It calls nothing of it here but `tls`.
        let mut usage = linker.instance("porthole:server/usage@0.1.0").unwrap();
        for function in ["spend", "give-back"] {
            let call = |_: StoreContextMut<'_, State>, _, _: &[_], _: &mut [_]| bail!("called");
            usage.func_new(function, call).unwrap();
        }
        let mut passwords = linker.instance("porthole:server/passwords@0.1.0").unwrap();
        let call = |_: StoreContextMut<'_, State>, _, _: &[_], _: &mut [_]| bail!("called");
        passwords.func_new("secret", call).unwrap();
        let verify = passwords
            .func_new_concurrent("verify", |_, _, _, _| Box::pin(async { bail!("called") }));
        verify.unwrap();
        let mut paths = linker.instance("porthole:server/paths@0.1.0").unwrap();
        let real_path = paths
            .func_wrap_concurrent("real-path", |_, (_, _): (Resource<Descriptor>, String)| {
                unsupported()
            });
        real_path.unwrap();
        let mut connection = linker.instance("porthole:server/connection@0.1.0").unwrap();
        let tls = connection.func_wrap("tls", |_, (_,): (Resource<TcpSocket>,)| {
            Ok((TlsVersion::None,))
        });
        tls.unwrap();
        let mut responses = linker.instance("porthole:server/responses@0.1.0").unwrap();
        let call = |_: StoreContextMut<'_, State>, _, _: &[_], _: &mut [_]| bail!("called");
        responses.func_new("finished", call).unwrap();
        let mut sendfile = linker.instance("porthole:server/sendfile@0.1.0").unwrap();
        let send = sendfile.func_wrap(
            "send-range",
            |_, _: (Resource<TcpSocket>, Vec<u8>, Resource<Descriptor>, u64, u64)| {
                Ok((Err::<Sent, _>(Refusal::Closed),))
            },
        );
        send.unwrap();
        let mut store = Store::new(engine, self.state());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let command = Command::instantiate_async(&mut store, component, &linker)
                .await
                .unwrap();
            let run =
                store.run_concurrent(async |store| command.wasi_cli_run().call_run(store).await);
            tokio::select! {
                ended = run => panic!("it ended: {ended:?}"),
                _ = stopped => {}
            }
        });
    }

    fn state(&self) -> State {
        let (address, anywhere) = (self.address, self.perms == FsPerms::ReadWrite);
        let wasi = WasiCtxBuilder::new()
            .args(&["porthole".to_owned(), format!("--listen={address}")])
            .args(self.arguments)
            .stderr(self.stderr.clone())
            .preopened_dir(self.root, "/", self.perms)
            .unwrap()
            .allow_tcp(true)
            .socket_addr_check(move |wanted, use_| {
                let accepts = matches!(use_, SocketAddrUse::TcpAccept);
                Box::pin(async move { anywhere || accepts || wanted == address })
            })
            .build();
        let table = ResourceTable::new();
        State { wasi, table }
    }
}

/// The outcome of a function that this host does not have.
fn unsupported() -> Pin<Box<dyn Future<Output = wasmtime::Result<(Unknown,)>> + Send>> {
    Box::pin(async { Ok((Err(ErrorCode::Unsupported),)) })
}

type Unknown = Result<String, ErrorCode>;

/// Stands in for a host that knows versions of TLS: its survey asks for them.
#[derive(Clone, Copy, ComponentType, Lower)]
#[component(enum)]
#[repr(u8)]
#[allow(
    dead_code,
    reason = "all of the enumeration is compared with the contract"
)]
enum TlsVersion {
    #[component(name = "none")]
    None,
    #[component(name = "tls12")]
    Tls12,
    #[component(name = "tls13")]
    Tls13,
}

/// Stands in for a host that sends files.
#[derive(Clone, Copy, ComponentType, Lower)]
#[component(record)]
struct Sent {
    bytes: u64,
    #[component(name = "has-room")]
    has_room: bool,
}

#[derive(Clone, Copy, ComponentType, Lower)]
#[component(enum)]
#[repr(u8)]
#[allow(
    dead_code,
    reason = "all of the enumeration is compared with the contract"
)]
enum Refusal {
    #[component(name = "not-at-hand")]
    NotAtHand,
    #[component(name = "closed")]
    Closed,
}

struct State {
    wasi: WasiCtx,
    table: ResourceTable,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}
