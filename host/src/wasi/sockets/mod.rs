//! `wasi:sockets` over listeners that the host has already bound.
//!
//! The port is granted by construction: `bind` finds a granted listener or fails, and
//! there is no code for connecting, UDP, name lookup or another port.

mod address;
mod listen;
mod receive;
mod send;

use wasmtime::component::{
    Access, FutureReader, HasData, Linker, Resource, ResourceTable, StreamReader,
};

use crate::accept::inbox::Inboxes;
use crate::wasi::bindings::SocketError;
use crate::wasi::bindings::wasi::sockets::types::{
    self, ErrorCode, HostTcpSocket, HostTcpSocketWithStore, IpAddressFamily, IpSocketAddress,
};
use crate::wasi::tcp_socket::{Refusal, Socket};

type SocketResult<T> = Result<T, SocketError>;

/// The part of a store's data that sockets need.
pub(crate) struct View<'a> {
    pub(crate) inboxes: &'a Inboxes,
    pub(crate) table: &'a mut ResourceTable,
}

/// Key under which the generated code finds [`View`].
pub(crate) struct Sockets;

impl HasData for Sockets {
    type Data<'a> = View<'a>;
}

/// Data of a store that has sockets.
pub(crate) trait HasSockets: Send {
    fn sockets(&mut self) -> View<'_>;
}

pub(crate) fn add_to_linker<T: HasSockets + 'static>(
    linker: &mut Linker<T>,
) -> wasmtime::Result<()> {
    types::add_to_linker::<T, Sockets>(linker, T::sockets)
}

fn code(refusal: Refusal) -> ErrorCode {
    match refusal {
        Refusal::NotGranted => ErrorCode::AccessDenied,
        Refusal::OtherFamily => ErrorCode::InvalidArgument,
        Refusal::InUse => ErrorCode::AddressInUse,
        Refusal::InvalidState => ErrorCode::InvalidState,
    }
}

impl types::Host for View<'_> {
    fn convert_error_code(&mut self, error: SocketError) -> wasmtime::Result<ErrorCode> {
        error.downcast()
    }
}

impl HostTcpSocket for View<'_> {
    fn create(&mut self, family: IpAddressFamily) -> SocketResult<Resource<Socket>> {
        self.table
            .push(Socket::Unbound {
                is_ipv4: family == IpAddressFamily::Ipv4,
            })
            .map_err(SocketError::trap)
    }

    fn bind(&mut self, socket: Resource<Socket>, address: IpSocketAddress) -> SocketResult<()> {
        let inbox = self.inboxes.find(address::to_std(address)).cloned();
        let socket = self.table.get_mut(&socket).map_err(SocketError::trap)?;
        socket.bind(inbox).map_err(code)?;
        Ok(())
    }

    fn get_remote_address(&mut self, socket: Resource<Socket>) -> SocketResult<IpSocketAddress> {
        let socket = self.table.get(&socket).map_err(SocketError::trap)?;
        Ok(address::from_std(socket.connection().map_err(code)?.peer()))
    }

    fn drop(&mut self, socket: Resource<Socket>) -> wasmtime::Result<()> {
        self.table.delete(socket)?;
        Ok(())
    }
}

impl<T: Send + 'static> HostTcpSocketWithStore<T> for Sockets {
    fn listen(
        mut store: Access<'_, T, Self>,
        socket: Resource<Socket>,
    ) -> SocketResult<StreamReader<Resource<Socket>>> {
        let getter = store.getter();
        let socket = store
            .get()
            .table
            .get_mut(&socket)
            .map_err(SocketError::trap)?;
        let producer = listen::Producer::new(socket.listen().map_err(code)?, getter);
        StreamReader::new(&mut store, producer).map_err(SocketError::trap)
    }

    fn send(
        mut store: Access<'_, T, Self>,
        socket: Resource<Socket>,
        mut data: StreamReader<u8>,
    ) -> wasmtime::Result<FutureReader<Result<(), ErrorCode>>> {
        match store.get().table.get_mut(&socket)?.take_sender() {
            Ok(half) => {
                let (consumer, result) = send::consumer(half);
                data.pipe(&mut store, consumer)?;
                FutureReader::new(&mut store, result)
            }
            Err(error) => {
                data.close(&mut store)?;
                FutureReader::new(
                    &mut store,
                    async move { wasmtime::error::Ok(Err(code(error))) },
                )
            }
        }
    }

    fn receive(
        mut store: Access<'_, T, Self>,
        socket: Resource<Socket>,
    ) -> wasmtime::Result<(StreamReader<u8>, FutureReader<Result<(), ErrorCode>>)> {
        match store.get().table.get_mut(&socket)?.take_receiver() {
            Ok(half) => {
                let (producer, result) = receive::producer(half);
                Ok((
                    StreamReader::new(&mut store, producer)?,
                    FutureReader::new(&mut store, result)?,
                ))
            }
            Err(error) => Ok((
                StreamReader::new(&mut store, std::iter::empty())?,
                FutureReader::new(
                    &mut store,
                    async move { wasmtime::error::Ok(Err(code(error))) },
                )?,
            )),
        }
    }
}
