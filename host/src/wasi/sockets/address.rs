//! Conversion of addresses between WASI and std.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

use crate::wasi::bindings::wasi::sockets::types::{
    IpSocketAddress, Ipv4SocketAddress, Ipv6SocketAddress,
};

pub(super) fn to_std(address: IpSocketAddress) -> SocketAddr {
    match address {
        IpSocketAddress::Ipv4(Ipv4SocketAddress {
            port,
            address: (a, b, c, d),
        }) => SocketAddrV4::new(Ipv4Addr::new(a, b, c, d), port).into(),
        IpSocketAddress::Ipv6(Ipv6SocketAddress {
            port,
            flow_info,
            address,
            scope_id,
        }) => {
            let (a, b, c, d, e, f, g, h) = address;
            SocketAddrV6::new(
                Ipv6Addr::new(a, b, c, d, e, f, g, h),
                port,
                flow_info,
                scope_id,
            )
            .into()
        }
    }
}

pub(super) fn from_std(address: SocketAddr) -> IpSocketAddress {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_survive_the_way_there_and_back() {
        for text in [
            "127.0.0.1:4000",
            "0.0.0.0:0",
            "[::1]:65535",
            "[fe80::1%3]:80",
        ] {
            let address: SocketAddr = text.parse().unwrap();
            assert_eq!(to_std(from_std(address)), address);
        }
    }
}
