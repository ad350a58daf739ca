//! The words that mean something in each language.

pub(super) const RUST: &str = "\
    Self as async await break const continue crate dyn else enum extern false fn for if impl \
    in let loop match mod move mut pub ref return self static struct super trait true type \
    union unsafe use where while yield";

pub(super) const PYTHON: &str = "\
    False None True and as assert async await break case class continue def del elif else \
    except finally for from global if import in is lambda match nonlocal not or pass raise \
    return try while with yield";

pub(super) const JAVASCRIPT: &str = "\
    as async await break case catch class const continue debugger default delete do else \
    export extends false finally for from function get if import in instanceof let new null \
    of return set static super switch this throw true try typeof undefined var void while \
    with yield";

pub(super) const TYPESCRIPT: &str = "\
    abstract any as async await boolean break case catch class const continue debugger \
    declare default delete do else enum export extends false finally for from function get \
    if implements import in instanceof interface is keyof let namespace never new null \
    number of private protected public readonly return set static string super switch this \
    throw true try type typeof undefined unknown var void while with yield";

pub(super) const C: &str = "\
    NULL auto bool break case char const continue default define do double elif else endif \
    enum extern false float for goto if ifdef ifndef include inline int long pragma register \
    restrict return short signed sizeof static struct switch true typedef undef union \
    unsigned void volatile while";

pub(super) const CPP: &str = "\
    NULL and auto bool break case catch char class co_await co_return concept const \
    consteval constexpr constinit continue decltype default define delete do double elif \
    else endif enum explicit export extern false final float for friend goto if ifdef ifndef \
    include inline int long mutable namespace new noexcept not nullptr operator or override \
    pragma private protected public register requires restrict return short signed sizeof \
    static static_assert static_cast struct switch template this throw true try typedef \
    typename undef union unsigned using virtual void volatile while";

pub(super) const CSHARP: &str = "\
    abstract as async await base bool break byte case catch char class const continue \
    decimal default delegate do double else enum event explicit extern false finally fixed \
    float for foreach get goto if implicit in int interface internal is lock long namespace \
    new null object operator out override params private protected public readonly record \
    ref return sealed set short sizeof static string struct switch this throw true try \
    typeof uint ulong using var virtual void volatile when where while yield";

pub(super) const GO: &str = "\
    any bool break byte case chan const continue default defer else error fallthrough false \
    float64 for func go goto if import int interface iota map nil package range return rune \
    select string struct switch true type uint var";

pub(super) const JAVA: &str = "\
    abstract assert boolean break byte case catch char class const continue default do \
    double else enum extends false final finally float for if implements import instanceof \
    int interface long native new null package permits private protected public record \
    return sealed short static strictfp super switch synchronized this throw throws \
    transient true try var void volatile while yield";

pub(super) const KOTLIN: &str = "\
    abstract as break by catch class companion const constructor continue data do else enum \
    false final finally for fun if import in init inline interface internal is lateinit null \
    object open operator out override package private protected public return sealed super \
    suspend this throw true try typealias val var vararg when where while";

pub(super) const SWIFT: &str = "\
    Self actor any as associatedtype async await break case catch class continue default \
    defer deinit do else enum extension fallthrough false fileprivate final for func get \
    guard if import in init inout internal is lazy let mutating nil open operator override \
    private protocol public repeat rethrows return self set some static struct subscript \
    super switch throw throws true try typealias var weak where while";

pub(super) const RUBY: &str = "\
    alias and attr_accessor attr_reader begin break case class def do else elsif end ensure \
    extend false for if in include module next nil not or private public raise redo require \
    rescue retry return self super then true undef unless until when while yield";

pub(super) const PHP: &str = "\
    abstract and array as break case catch class clone const continue declare default do \
    echo else elseif empty enum extends false final finally fn for foreach function global \
    if implements include instanceof interface isset list match namespace new null or print \
    private protected public readonly require require_once return static switch this throw \
    trait true try unset use var while yield";

pub(super) const PERL: &str = "\
    and cmp continue do else elsif eq for foreach ge gt if last le local lt my ne next no \
    not or our package print redo require return shift sub undef unless until use while";

pub(super) const LUA: &str = "\
    and break do else elseif end false for function goto if in local nil not or repeat \
    return then true until while";

pub(super) const SHELL: &str = "\
    alias break case cd continue do done echo elif else esac eval exec exit export fi for \
    function if in local printf read readonly return select set shift source test then trap \
    unset until while";

pub(super) const POWERSHELL: &str = "\
    begin break catch class continue do else elseif end exit filter finally for foreach \
    function if in param process return switch throw try until using while";

pub(super) const SQL: &str = "\
    add all alter and as asc begin between by cascade case cast check column commit \
    constraint create cross database default delete desc distinct drop else end except \
    exists foreign from full function group having if in index inner insert intersect into \
    is join key left like limit not null offset on or order outer primary references replace \
    returning right rollback select set table temporary then transaction trigger union \
    unique update using values view when where with";

pub(super) const CSS: &str = "\
    @charset @container @font-face @import @keyframes @layer @media @namespace @page \
    @property @supports and from not only or to";

pub(super) const DATA: &str = "false null true";

pub(super) const YAML: &str = "false no null off on true yes";

pub(super) const MAKE: &str = "\
    define else endef endif export ifdef ifeq ifndef ifneq include override private unexport \
    vpath";

pub(super) const DOCKER: &str = "\
    ADD ARG AS CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL ONBUILD RUN SHELL \
    STOPSIGNAL USER VOLUME WORKDIR";

pub(super) const ZIG: &str = "\
    and anytype async await break catch comptime const continue defer else enum errdefer \
    error export extern false fn for if inline null or orelse pub return struct switch test \
    true try undefined union unreachable usingnamespace var while";

pub(super) const NIX: &str =
    "assert else false if import in inherit let null or rec then true with";
