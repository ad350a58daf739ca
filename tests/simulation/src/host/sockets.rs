//! `wasi:sockets`: one listener, and the connections that clients make.

use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use wasmtime::component::{
    Access, Destination, FutureReader, Resource, StreamProducer, StreamReader, StreamResult,
};
use wasmtime::{Result, StoreContextMut, bail};

use super::bindings::wasi::sockets::types::{
    self, ErrorCode, HostTcpSocket, HostTcpSocketWithStore, IpAddressFamily, IpSocketAddress,
    Ipv4SocketAddress, Ipv6SocketAddress,
};
use super::outcome::{OutcomeReader, outcome};
use super::receive;
use super::send;
use super::{Fakes, State};
use crate::world::{Event, MICROSECOND, Shared};

/// The component's end of a socket.
pub enum Socket {
    /// A socket that is not connected and can only listen.
    Passive,
    /// A connection, by its number among all connections.
    Accepted { link: usize, world: Shared },
}

impl types::Host for &mut State {}

impl HostTcpSocket for &mut State {
    fn create(
        &mut self,
        _: IpAddressFamily,
    ) -> Result<std::result::Result<Resource<Socket>, ErrorCode>> {
        Ok(Ok(self.table.push(Socket::Passive)?))
    }

    fn bind(
        &mut self,
        _: Resource<Socket>,
        _: IpSocketAddress,
    ) -> Result<std::result::Result<(), ErrorCode>> {
        Ok(Ok(()))
    }

    fn get_remote_address(
        &mut self,
        socket: Resource<Socket>,
    ) -> Result<std::result::Result<IpSocketAddress, ErrorCode>> {
        let link = accepted(self.table.get(&socket)?)?;
        let link = &self.world.lock().network.links[link];
        Ok(match link.reset {
            true => Err(ErrorCode::InvalidState),
            false => Ok(address(link.peer)),
        })
    }

    fn drop(&mut self, socket: Resource<Socket>) -> Result<()> {
        self.table.delete(socket)?;
        Ok(())
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if let Self::Accepted { link, world } = self {
            let mut world = world.lock();
            let now = world.now;
            let link = &mut world.network.links[*link];
            link.release(now);
            let client = link.client;
            world.schedule(MICROSECOND, Event::Client(client));
        }
    }
}

fn accepted(socket: &Socket) -> Result<usize> {
    match socket {
        Socket::Accepted { link, .. } => Ok(*link),
        Socket::Passive => bail!("a socket that is not connected"),
    }
}

fn address(address: SocketAddr) -> IpSocketAddress {
    match address {
        SocketAddr::V4(v4) => IpSocketAddress::Ipv4(Ipv4SocketAddress {
            port: v4.port(),
            address: v4.ip().octets().into(),
        }),
        SocketAddr::V6(v6) => IpSocketAddress::Ipv6(Ipv6SocketAddress {
            port: v6.port(),
            flow_info: v6.flowinfo(),
            address: v6.ip().segments().into(),
            scope_id: v6.scope_id(),
        }),
    }
}

impl HostTcpSocketWithStore<State> for Fakes {
    fn listen(
        mut store: Access<'_, State, Self>,
        _: Resource<Socket>,
    ) -> Result<std::result::Result<StreamReader<Resource<Socket>>, ErrorCode>> {
        let world = store.get().world.clone();
        Ok(Ok(StreamReader::new(&mut store, Acceptor { world })?))
    }

    fn send(
        mut store: Access<'_, State, Self>,
        socket: Resource<Socket>,
        data: StreamReader<u8>,
    ) -> Result<OutcomeReader<ErrorCode>> {
        super::note(&mut store);
        let state = store.get();
        let link = accepted(state.table.get(&socket)?)?;
        let world = state.world.clone();
        world.lock().network.links[link].held += 1;
        let (ending, outcome) = outcome();
        data.pipe(&mut store, send::Consumer::new(world, link, ending))?;
        FutureReader::new(&mut store, outcome)
    }

    fn receive(
        mut store: Access<'_, State, Self>,
        socket: Resource<Socket>,
    ) -> Result<(StreamReader<u8>, OutcomeReader<ErrorCode>)> {
        super::note(&mut store);
        let state = store.get();
        let link = accepted(state.table.get(&socket)?)?;
        let world = state.world.clone();
        world.lock().network.links[link].held += 1;
        let (ending, outcome) = outcome();
        let producer = receive::Producer::new(world, link, ending);
        Ok((
            StreamReader::new(&mut store, producer)?,
            FutureReader::new(&mut store, outcome)?,
        ))
    }
}

struct Acceptor {
    world: Shared,
}

impl StreamProducer<State> for Acceptor {
    type Item = Resource<Socket>;
    type Buffer = Option<Resource<Socket>>;

    fn poll_produce<'a>(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut store: StoreContextMut<'a, State>,
        mut destination: Destination<'a, Self::Item, Self::Buffer>,
        finish: bool,
    ) -> Poll<Result<StreamResult>> {
        super::note(&mut store);
        let link = {
            let mut world = self.world.lock();
            let world = &mut *world;
            match world.network.backlog.pop_front() {
                Some(link) => {
                    world.network.links[link].held = 1;
                    world.trace.call("accept", link as u64, 0);
                    link
                }
                None if world.network.ended => return Poll::Ready(Ok(StreamResult::Dropped)),
                None if finish => return Poll::Ready(Ok(StreamResult::Cancelled)),
                None => {
                    world.network.accepting = Some(cx.waker().clone());
                    return Poll::Pending;
                }
            }
        };
        let world = self.world.clone();
        let socket = Socket::Accepted { link, world };
        destination.set_buffer(Some(store.data_mut().table.push(socket)?));
        Poll::Ready(Ok(StreamResult::Completed))
    }
}
