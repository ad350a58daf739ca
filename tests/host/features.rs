//! A component that uses more of WebAssembly than is on is refused, whatever it would
//! have done with it.

use libtest_mimic::Trial;
use porthole::{Error, Program};
use wasm_encoder::{
    CanonicalFunctionSection, CanonicalOption, CodeSection, Component, ComponentTypeSection,
    ComponentValType, ContType, DataCountSection, DataSection, DataSegment, DataSegmentMode,
    FieldType, Function, FunctionSection, GlobalSection, GlobalType, HeapType, Instruction,
    MemorySection, MemoryType, Module, ModuleSection, PrimitiveValType, RefType, StorageType,
    TableSection, TableType, TagKind, TagSection, TagType, TypeSection, ValType,
};

use crate::support::trials;

pub fn trials() -> Vec<Trial> {
    trials![
        what_compilers_emit_is_taken,
        proposals_of_modules_are_refused,
        proposals_of_components_are_refused,
    ]
}

/// Why a component is not used.
fn refusal(component: &Component) -> String {
    match Program::compile(component.as_slice()) {
        Err(Error::Component(error)) => error,
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("it is used"),
    }
}

fn holding(module: &Module) -> Component {
    let mut component = Component::new();
    component.section(&ModuleSection(module));
    component
}

/// A module with one function, without parameters and results.
fn function(instructions: &[Instruction<'_>]) -> Module {
    with_function(instructions, |_| {})
}

/// The same, with sections between that of functions and that of code.
fn with_function(instructions: &[Instruction<'_>], more: impl FnOnce(&mut Module)) -> Module {
    let mut module = Module::new();
    let (mut types, mut functions) = (TypeSection::new(), FunctionSection::new());
    types.ty().function([], []);
    functions.function(0);
    module.section(&types).section(&functions);
    more(&mut module);
    let mut body = Function::new([]);
    instructions.iter().for_each(|instruction| {
        body.instruction(instruction);
    });
    body.instruction(&Instruction::End);
    let mut code = CodeSection::new();
    code.function(&body);
    module.section(&code);
    module
}

fn memories(memories: &[MemoryType]) -> Module {
    let mut section = MemorySection::new();
    for memory in memories {
        section.memory(*memory);
    }
    let mut module = Module::new();
    module.section(&section);
    module
}

const MEMORY: MemoryType = MemoryType {
    minimum: 1,
    maximum: Some(1),
    memory64: false,
    shared: false,
    page_size_log2: None,
};

fn type_(add: impl FnOnce(&mut TypeSection)) -> Module {
    let mut types = TypeSection::new();
    add(&mut types);
    let mut module = Module::new();
    module.section(&types);
    module
}

fn table(element_type: RefType) -> Module {
    let mut tables = TableSection::new();
    tables.table(TableType {
        element_type,
        table64: false,
        minimum: 1,
        maximum: None,
        shared: false,
    });
    let mut module = Module::new();
    module.section(&tables);
    module
}

fn global(shared: bool) -> Module {
    let mut globals = GlobalSection::new();
    let kind = GlobalType {
        val_type: ValType::I32,
        mutable: true,
        shared,
    };
    globals.global(kind, &wasm_encoder::ConstExpr::i32_const(0));
    let mut module = Module::new();
    module.section(&globals);
    module
}

/// The same modules as below, but for the proposal, end at what a component lacks.
fn what_compilers_emit_is_taken() {
    use Instruction::{
        Drop, F64Const, F64Sqrt, I32Const, I32Extend8S, I64TruncSatF64U, MemoryFill,
    };
    let memory = |module: &mut Module| {
        let mut section = MemorySection::new();
        section.memory(MEMORY);
        module.section(&section);
    };
    let number = || F64Const(2.0.into());
    let rows = [
        ("nothing", function(&[])),
        (
            "sign extension",
            function(&[I32Const(0), I32Extend8S, Drop]),
        ),
        ("floating point", function(&[number(), F64Sqrt, Drop])),
        ("saturation", function(&[number(), I64TruncSatF64U, Drop])),
        (
            "filling",
            with_function(
                &[I32Const(0), I32Const(0), I32Const(0), MemoryFill(0)],
                memory,
            ),
        ),
        (
            "multiple values",
            type_(|types| types.ty().function([], [ValType::I32, ValType::I32])),
        ),
        ("a memory", memories(&[MEMORY])),
        ("a table", table(RefType::FUNCREF)),
        ("a global", global(false)),
    ];
    for (name, module) in rows {
        let error = refusal(&holding(&module));
        assert!(error.contains("`wasi:cli/run"), "{name}: {error}");
    }
}

#[rustfmt::skip]
fn proposals_of_modules_are_refused() {
    use Instruction::{
        AtomicFence, Drop, I32Const, I64Add128, I64Const, MemoryInit, RefNull, ReturnCall,
        Throw, V128Const,
    };
    let segment = |module: &mut Module| {
        let mut section = MemorySection::new();
        section.memory(MEMORY);
        module.section(&section).section(&DataCountSection { count: 1 });
    };
    let mut passive = with_function(&[I32Const(0), I32Const(0), I32Const(0), MemoryInit { mem: 0, data_index: 0 }], segment);
    let mut data = DataSection::new();
    data.segment(DataSegment { mode: DataSegmentMode::Passive, data: [0] });
    passive.section(&data);
    let tag = |module: &mut Module| {
        let mut tags = TagSection::new();
        tags.tag(TagType { kind: TagKind::Exception, func_type_idx: 0 });
        module.section(&tags);
    };
    let field = FieldType { element_type: StorageType::Val(ValType::I32), mutable: false };
    let function_reference = RefType { nullable: true, heap_type: HeapType::Concrete(0) };
    let rows = [
        ("SIMD", "SIMD support is not enabled",
            function(&[V128Const(0), Drop])),
        ("threads: memory", "threads must be enabled",
            memories(&[MemoryType { shared: true, ..MEMORY }])),
        ("threads: instructions", "threads support is not enabled",
            function(&[AtomicFence])),
        ("shared-everything threads", "shared-everything-threads proposal",
            global(true)),
        ("tail calls", "tail calls support is not enabled",
            function(&[ReturnCall(0)])),
        ("multiple memories", "multiple memories",
            memories(&[MEMORY, MEMORY])),
        ("64-bit memory", "memory64 must be enabled",
            memories(&[MemoryType { memory64: true, ..MEMORY }])),
        ("custom page sizes", "custom page sizes proposal must be enabled",
            memories(&[MemoryType { page_size_log2: Some(0), ..MEMORY }])),
        ("bulk memory: segments", "require the bulk-memory proposal",
            passive),
        ("reference types: values", "reference types support is not enabled",
            function(&[RefNull(HeapType::FUNC), Drop])),
        ("reference types: from outside", "reference types support is not enabled",
            table(RefType::EXTERNREF)),
        ("function references", "reference types support is not enabled",
            type_(|types| {
                types.ty().function([], []);
                types.ty().function([ValType::Ref(function_reference)], []);
            })),
        ("garbage collection: structures", "without the gc feature",
            type_(|types| types.ty().struct_([field]))),
        ("garbage collection: arrays", "without the gc feature",
            type_(|types| types.ty().array(&field.element_type, false))),
        ("exceptions", "exceptions proposal not enabled",
            with_function(&[Throw(0)], tag)),
        ("wide arithmetic", "wide arithmetic support is not enabled",
            function(&[I64Const(0), I64Const(0), I64Const(0), I64Const(0), I64Add128, Drop, Drop])),
        ("stack switching", "stack switching is disabled",
            type_(|types| {
                types.ty().function([], []);
                types.ty().cont(&ContType(0));
            })),
    ];
    for (name, reason, module) in rows {
        let error = refusal(&holding(&module));
        assert!(error.contains(reason), "{name}: {error}");
    }
}

#[rustfmt::skip]
fn proposals_of_components_are_refused() {
    let of_type = |add: fn(&mut ComponentTypeSection)| {
        let mut types = ComponentTypeSection::new();
        add(&mut types);
        let mut component = Component::new();
        component.section(&types);
        component
    };
    let canonical = |add: fn(&mut CanonicalFunctionSection)| {
        let mut types = ComponentTypeSection::new();
        types.defined_type().stream(Some(ComponentValType::Primitive(PrimitiveValType::U8)));
        let mut functions = CanonicalFunctionSection::new();
        add(&mut functions);
        let mut component = Component::new();
        component.section(&types).section(&functions);
        component
    };
    let rows = [
        ("error contexts", "requires the component model error-context feature",
            of_type(|types| types.defined_type().primitive(PrimitiveValType::ErrorContext))),
        ("maps", "require the component model map feature",
            of_type(|types| types.defined_type().map(PrimitiveValType::U8, PrimitiveValType::U8))),
        ("lists of fixed length", "require the component model fixed-length lists feature",
            of_type(|types| types.defined_type().fixed_length_list(PrimitiveValType::U8, 4))),
        ("more async functions", "requires the component model more async builtins feature",
            canonical(|functions| { functions.stream_cancel_read(0, true); })),
        ("threads", "requires the component model threading feature",
            canonical(|functions| { functions.thread_index(); })),
        ("parallelism", "requires the shared-everything-threads proposal",
            canonical(|functions| { functions.thread_available_parallelism(); })),
        ("error contexts: functions", "requires the component model error-context feature",
            canonical(|functions| { functions.error_context_drop(); })),
        ("64-bit contexts", "requires the component model 64-bit feature",
            canonical(|functions| { functions.context_get(ValType::I64, 0); })),
        ("garbage collection", "requires the `cm-gc` feature",
            canonical(|functions| { functions.task_return(None, [CanonicalOption::Gc]); })),
    ];
    for (name, reason, component) in rows {
        let error = refusal(&component);
        assert!(error.contains(reason), "{name}: {error}");
    }
}
