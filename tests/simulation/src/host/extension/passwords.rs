//! `porthole:server/passwords` and `porthole:server/paths`.

use wasmtime::Result;
use wasmtime::component::{Accessor, Resource};

use crate::host::bindings::porthole::server::{passwords, paths};
use crate::host::filesystem::{Descriptor, Outcome, begin};
use crate::host::{Fakes, State, note};
use crate::world::Shared;
use crate::world::passwords::SECRET;

/// A password that is being compared, and takes a place until it is dropped.
struct Comparing(Shared);

impl Comparing {
    fn begin(world: &Shared) -> Option<Self> {
        world.lock().passwords.begin().then(|| Self(world.clone()))
    }
}

impl Drop for Comparing {
    fn drop(&mut self) {
        self.0.lock().passwords.end();
    }
}

impl passwords::Host for &mut State {
    fn secret(&mut self) -> Result<Vec<u8>> {
        self.world.lock().trace.call("secret", 0, 0);
        Ok(SECRET.to_vec())
    }
}

impl passwords::HostWithStore<State> for Fakes {
    async fn verify(
        accessor: &Accessor<State, Self>,
        hash: String,
        password: Vec<u8>,
    ) -> Result<std::result::Result<bool, passwords::VerifyError>> {
        let world = accessor.with(|mut store| {
            note(&mut store);
            store.get().world.clone()
        });
        let delay = {
            let mut world = world.lock();
            world.trace.call("verify", 0, 0);
            world.trace.bytes(hash.as_bytes());
            world.trace.bytes(&password);
            world.passwords.delay
        };
        let Some(_comparing) = Comparing::begin(&world) else {
            return Ok(Err(passwords::VerifyError::Busy));
        };
        world.sleep(delay).await;
        let right = world.lock().passwords.is_right(&hash, &password);
        Ok(right.ok_or(passwords::VerifyError::Refused))
    }
}

impl paths::Host for &mut State {}

impl paths::HostWithStore<State> for Fakes {
    async fn real_path(
        accessor: &Accessor<State, Self>,
        root: Resource<Descriptor>,
        path: String,
    ) -> Result<Outcome<String>> {
        let operation = begin(accessor, "real-path", &root, Some(&path)).await?;
        let disk = &operation.world.lock().disk;
        Ok(disk.stat(&operation.path).map(|_| {
            // A file of a crowd is no node of its own, and no link.
            let found = disk.find(&operation.path).map(|(at, _)| at);
            match found.unwrap_or(&operation.path) {
                "" => ".".to_owned(),
                path => path.to_owned(),
            }
        }))
    }
}
