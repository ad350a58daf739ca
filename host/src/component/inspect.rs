//! Facts about a component and its imports, found out without compiling or running it.

use wasmparser::component_types::{ComponentEntityType, ComponentInstanceTypeId};
use wasmparser::types::TypesRef;
use wasmparser::{Encoding, KnownCustom, Parser, Payload, Validator, WasmFeatures};

use super::features::{ANYONES, OURS};
use super::fits;
use super::imports::{Import, full_name};
use crate::error::{ComponentError, Error, bounded};
use crate::printable::printable;

/// Function that a component must export to run.
const RUN: (&str, &str) = ("wasi:cli/run@0.3.0", "run");

/// Metadata and demands of a component. Texts of the component are free of control characters and
/// of bounded length.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Inspection {
    /// Name, version, licences, source and more, as key and value, in the component's order.
    pub metadata: Vec<(String, String)>,
    /// Functions that it imports, in its own order.
    pub imports: Vec<RequestedImport>,
    /// Whether it exports `run` of `wasi:cli/run@0.3.0`.
    pub exports_run: bool,
    /// Features of WebAssembly that it cannot do without.
    pub features: Vec<RequestedFeature>,
}

/// A function that a component imports.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestedImport {
    /// Package, interface and version: `wasi:filesystem/types@0.3.0`.
    pub interface: String,
    /// Name as in the component. Empty for an import that is no interface.
    pub function: String,
    /// The right that it would be granted, or `None`: then the component is refused.
    pub granted: Option<Import>,
}

/// A feature of WebAssembly that a component uses.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestedFeature {
    /// Name of the proposal: `simd`, `memory64`.
    pub name: String,
    /// Whether it is on. Otherwise the component is refused.
    pub is_on: bool,
}

impl RequestedImport {
    /// Returns interface and function: `wasi:filesystem/types@0.3.0 [method]descriptor.stat`.
    #[must_use]
    pub fn name(&self) -> String {
        full_name(&self.interface, &self.function)
    }
}

impl Inspection {
    /// Reads and validates a component. It costs time in proportion to the component, which
    /// may have [`Program::MAX_BYTES`](crate::Program::MAX_BYTES).
    ///
    /// # Errors
    /// [`ComponentError::TooLarge`], [`ComponentError::NotAComponent`], or
    /// [`ComponentError::Invalid`] when it is malformed.
    pub fn of(component: &[u8]) -> Result<Self, Error> {
        fits(component)?;
        if !Parser::is_component(component) {
            let reason = match Parser::is_core_wasm(component) {
                true => "it is a core module; `wasm-tools component new` makes a component of it",
                false => "it is not WebAssembly",
            };
            return Err(ComponentError::NotAComponent(reason.to_owned()).into());
        }
        let types = Validator::new_with_features(WasmFeatures::all())
            .validate_all(component)
            .map_err(invalid)?;
        let names = Names::of(component).map_err(invalid)?;
        let types = types.as_ref();
        Ok(Self {
            imports: imports(&names.imports, types),
            exports_run: exports_run(&names.exports, types),
            metadata: names.metadata,
            features: features(component),
        })
    }

    /// Whether porthole would run it, as far as names tell: all that it imports is granted, all
    /// features that it uses are on, and it exports `run`.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.exports_run
            && self.imports.iter().all(|import| import.granted.is_some())
            && self.features.iter().all(|feature| feature.is_on)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is passed to map_err")]
fn invalid(error: wasmparser::BinaryReaderError) -> ComponentError {
    ComponentError::Invalid(bounded(printable(error.to_string().replace('\n', " "))))
}

/// Names that stand in the outermost component.
#[derive(Default)]
struct Names {
    imports: Vec<String>,
    exports: Vec<String>,
    metadata: Vec<(String, String)>,
}

impl Names {
    fn of(component: &[u8]) -> wasmparser::Result<Self> {
        let mut names = Self::default();
        let mut depth = 0_usize;
        for payload in Parser::new(0).parse_all(component) {
            match payload? {
                Payload::Version { encoding, .. } => {
                    depth = depth.saturating_add(1);
                    debug_assert!(depth > 1 || encoding == Encoding::Component);
                }
                Payload::End(_) => depth = depth.saturating_sub(1),
                _ if depth != 1 => {}
                Payload::ComponentImportSection(section) => {
                    for import in section {
                        names.imports.push(import?.name.name.to_owned());
                    }
                }
                Payload::ComponentExportSection(section) => {
                    for export in section {
                        names.exports.push(export?.name.name.to_owned());
                    }
                }
                Payload::CustomSection(section) => names.metadata.extend(metadata(&section)),
                _ => {}
            }
        }
        Ok(names)
    }
}

/// Returns the metadata of a custom section: the names that OCI annotations have, too
/// (component-model, "wasm-tools metadata").
fn metadata(section: &wasmparser::CustomSectionReader<'_>) -> Option<(String, String)> {
    const KEYS: [&str; 7] = [
        "authors",
        "description",
        "homepage",
        "licenses",
        "revision",
        "source",
        "version",
    ];
    let shown = |text: &str| bounded(printable(text));
    if let KnownCustom::ComponentName(names) = section.as_known() {
        return names.into_iter().flatten().find_map(|name| match name {
            wasmparser::ComponentName::Component { name, .. } => {
                Some(("name".to_owned(), shown(name)))
            }
            _ => None,
        });
    }
    let value = str::from_utf8(section.data()).ok()?;
    let key = section.name();
    KEYS.contains(&key).then(|| (key.to_owned(), shown(value)))
}

fn imports(names: &[String], types: TypesRef<'_>) -> Vec<RequestedImport> {
    let mut imports = Vec::new();
    for interface in names {
        match types
            .component_item_for_import(interface)
            .map(|item| item.ty)
        {
            Some(ComponentEntityType::Instance(instance)) => {
                let functions = functions(instance, types);
                imports.extend(functions.iter().map(|name| requested(interface, name)));
            }
            // The name of a type grants nothing.
            Some(ComponentEntityType::Type { .. }) => {}
            _ => imports.push(requested(interface, "")),
        }
    }
    imports
}

fn functions(instance: ComponentInstanceTypeId, types: TypesRef<'_>) -> Vec<String> {
    let Some(instance) = types.get(instance) else {
        return Vec::new();
    };
    let exports = instance.exports.iter();
    let functions =
        exports.filter(|(_, item)| !matches!(item.ty, ComponentEntityType::Type { .. }));
    functions.map(|(name, _)| name.clone()).collect()
}

fn requested(interface: &str, function: &str) -> RequestedImport {
    let shown = |text: &str| bounded(printable(text));
    RequestedImport {
        granted: Import::granted(interface, function),
        interface: shown(interface),
        function: shown(function),
    }
}

fn exports_run(names: &[String], types: TypesRef<'_>) -> bool {
    let (interface, function) = RUN;
    names.iter().filter(|name| *name == interface).any(|name| {
        match types.component_item_for_export(name).map(|item| item.ty) {
            Some(ComponentEntityType::Instance(instance)) => functions(instance, types)
                .iter()
                .any(|name| name == function),
            _ => false,
        }
    })
}

/// Returns the features without which the component is not valid.
fn features(component: &[u8]) -> Vec<RequestedFeature> {
    let is_valid_with = |features| {
        let mut validator = Validator::new_with_features(features);
        validator.validate_all(component).is_ok()
    };
    // Some features include others. Where one of those that are on is enough, only that is
    // named.
    let known = [OURS, ANYONES, WasmFeatures::all()];
    let known = known.iter().flat_map(WasmFeatures::iter_names);
    let mut used = WasmFeatures::empty();
    let mut features = Vec::new();
    for (name, feature) in known {
        let without = WasmFeatures::all().difference(feature).union(used);
        if !is_valid_with(without) {
            used = used.union(feature);
            features.push(RequestedFeature {
                name: name.to_ascii_lowercase().replace('_', "-"),
                is_on: ANYONES.contains(feature),
            });
        }
    }
    features
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::EXTENDED;

    fn inspected(text: &str) -> Inspection {
        Inspection::of(&wat::parse_str(text).unwrap()).unwrap()
    }

    #[test]
    fn the_built_in_component_is_accepted() {
        let inspection = Inspection::of(EXTENDED).unwrap();
        assert!(inspection.is_accepted(), "{inspection:#?}");
        let program = crate::Program::built_in().unwrap();
        let granted = inspection.imports.into_iter().filter_map(|one| one.granted);
        assert_eq!(granted.collect::<Vec<_>>(), program.imports().unwrap());
        let mut features: Vec<_> = inspection
            .features
            .iter()
            .map(|feature| &*feature.name)
            .collect();
        features.sort_unstable();
        let expected = [
            "bulk-memory-opt",
            "call-indirect-overlong",
            "cm-async",
            "component-model",
            "sign-extension",
        ];
        assert_eq!(features, expected);
    }

    #[test]
    fn imports_and_features_that_are_refused_are_named() {
        let old = r#"(component (import "wasi:cli/exit@0.2.6" (instance
            (export "exit" (func (param "status" (result)))))))"#;
        let inspection = inspected(old);
        let expected = RequestedImport {
            interface: "wasi:cli/exit@0.2.6".to_owned(),
            function: "exit".to_owned(),
            granted: None,
        };
        assert_eq!(inspection.imports, [expected]);
        assert!(!inspection.exports_run && !inspection.is_accepted());
        let bare = inspected(r#"(component (import "strange" (func)))"#);
        assert_eq!(bare.imports[0].function, "");
        assert_eq!(bare.imports[0].granted, None);
        let simd = "(component (core module (func (drop (v128.const i64x2 0 0)))))";
        let features = inspected(simd).features;
        let simd = features.iter().find(|feature| feature.name == "simd");
        assert!(simd.is_some_and(|feature| !feature.is_on), "{features:?}");
    }

    #[test]
    fn metadata_is_shown_without_control_characters() {
        let text = r#"(component $name (@custom "version" "1.2\1b[31m") (@custom "else" "x"))"#;
        let expected = [("version", "1.2\\u{1b}[31m"), ("name", "name")];
        let mut metadata = inspected(text).metadata;
        metadata.sort_by_key(|(key, _)| std::cmp::Reverse(key.clone()));
        let metadata = metadata.iter().map(|(key, value)| (&**key, &**value));
        assert_eq!(metadata.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn bytes_that_are_no_component_are_named() {
        for (bytes, words) in [
            (&b"\0asm\x01\0\0\0"[..], "core module"),
            (b"#!/bin/sh", "not WebAssembly"),
            (b"\0asm\x0d\0\x01\0\xff", "offset"),
        ] {
            let error = Inspection::of(bytes).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}
