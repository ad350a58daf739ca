//! The one bound.

/// Clients whose use of `--rate` and `--throttle` is remembered: some 400 KiB.
///
/// - unit: clients
/// - at it: the client that was not seen for longest is forgotten and starts anew
/// - held by: `usage::clients::a_flood_of_clients_is_forgotten`
pub const CLIENTS: usize = 4_096;
