//! Limits of compiling a component from elsewhere.

/// Memory that the process of one compilation may take (`RLIMIT_AS`), without what the size
/// of its component adds. Ours takes less than 128 MiB. A function of a large interpreter takes
/// more.
///
/// - unit: bytes
/// - at it: the compilation ends. A start fails, and after SIGHUP the old version goes on
/// - held by: `process::compiler::components_that_cannot_be_compiled_leave_the_old_version_serving`
pub(crate) const COMPILE_BYTES: u64 = 512 << 20;

/// Memory that each byte of the component adds to `COMPILE_BYTES`. Compiling was measured
/// to take 22 bytes.
///
/// - unit: bytes for each byte
/// - at it: as for `COMPILE_BYTES`
/// - held by: `porthole::compiler::budget::it_grows_with_the_component`
pub(crate) const COMPILE_BYTES_PER_BYTE: u64 = 32;

/// Processor time that one compilation may take (`RLIMIT_CPU`), without what the size of
/// its component adds. Ours takes one second.
///
/// - unit: seconds
/// - at it: the compilation ends. A start fails, and after SIGHUP the old version goes on
/// - held by: `porthole::compiler::compilation::whatever_ends_it_is_one_line`
pub(crate) const COMPILE_SECONDS: u64 = 10;

/// Processor time that each MiB of the component adds to `COMPILE_SECONDS`. Compiling was
/// measured to take two seconds, and a small machine is several times as slow.
///
/// - unit: seconds
/// - at it: as for `COMPILE_SECONDS`
/// - held by: `porthole::compiler::budget::it_grows_with_the_component`
pub(crate) const COMPILE_SECONDS_PER_MIB: u64 = 10;

/// Duration of a compilation as a multiple of its processor time. Others may use the
/// processor meanwhile.
///
/// - unit: times
/// - at it: the compilation is ended
/// - held by: `porthole::compiler::compilation::whatever_ends_it_is_one_line`
pub(crate) const COMPILE_TIMEOUT_FACTOR: u64 = 4;

/// Time beyond that after which the server does not wait for its compiler any longer.
///
/// - unit: seconds
/// - at it: the server lets go of its compiler. Every later reload of the component fails
/// - held by: `process::compiler::a_compiler_that_is_gone_is_reported`
pub(crate) const COMPILER_SECONDS: u64 = 10;

/// Machine code of one component. Ours has 1.3 MiB, which is 2.5 times the component.
///
/// - unit: bytes
/// - at it: a start fails, and after SIGHUP the old version goes on
/// - held by: `porthole::compiler::wire::malformed_messages_are_errors`
pub(crate) const MACHINE_CODE_BYTES: u64 = 256 << 20;

/// Words of the compiler about a component that it cannot compile.
///
/// - unit: bytes
/// - at it: the words are lost, and the error says only that it cannot be compiled
/// - held by: `porthole::compiler::wire::malformed_messages_are_errors`
pub(crate) const WORDS_BYTES: u64 = 4 << 10;
