//! Paths without symbolic links, on a host that cannot say where a link leads.

use alloc::string::String;

use auth::path::names;
use guest::bindings::wasi::filesystem::types::{Descriptor, DescriptorType, ErrorCode, PathFlags};

/// Returns a path if there is no link in it. A link is an error: where it leads is the host's
/// affair, and whoever does not know that must not let anybody in.
pub async fn real_path(root: &Descriptor, path: &str) -> Result<String, ErrorCode> {
    let mut real = String::with_capacity(path.len());
    for name in names(path) {
        if matches!(name, "." | "..") {
            return Err(ErrorCode::NotPermitted);
        }
        if !real.is_empty() {
            real.push('/');
        }
        real.push_str(name);
        let stat = root.stat_at(PathFlags::empty(), real.clone()).await?;
        if matches!(stat.type_, DescriptorType::SymbolicLink) {
            return Err(ErrorCode::Loop);
        }
    }
    Ok(real)
}
