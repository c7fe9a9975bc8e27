// The format of a DeviceScript image, version 2.16, as its documentation tells it
// (bytecode/bytecode.md and runtime/devicescript/devs_format.h of microsoft/devicescript).

/** First two words of an image: "DevS" and a number. */
export const MAGIC = [0x53766544, 0xf1296e0a]
/** The version that is understood here: major, minor, patch in one word. */
export const VERSION = 0x02100004
export const FIX_HEADER_SIZE = 32
export const SECTION_COUNT = 10
export const FUNCTION_HEADER_SIZE = 16
/** Images end on a multiple of this. */
export const IMAGE_ALIGN = 32
/** Where all functions must end: the VM counts code positions in 16 bits. */
export const MAX_CODE_END = 0x10000

/** Deepest stack of one statement's expressions. */
export const MAX_STACK_DEPTH = 16
/** Opcodes from here on push a small number: `opcode - DIRECT_CONST - DIRECT_CONST_OFFSET`. */
export const DIRECT_CONST = 0x80
export const DIRECT_CONST_OFFSET = 16
/** Operands below this take one byte. */
export const FIRST_MULTIBYTE_INT = 0xf8
/** A UTF-8 string has an entry in its jump table for each 2^4 characters. */
export const UTF8_TABLE_SHIFT = 4
/** Longest string of the ASCII table; the verifier wants a NUL within 200 bytes. */
export const MAX_ASCII_LENGTH = 199

/** The kinds of strings: the upper two bits of a string's index. */
export const StringKind = { buffer: 0, builtin: 1, ascii: 2, utf8: 3 } as const
export const STRING_KIND_SHIFT = 14

export const FunctionFlag = { needsThis: 1, constructor: 2, rest: 4 } as const

/** Opcodes by name. */
export const Op = {
    builtin_object: 1,
    call0: 2,
    call1: 3,
    call2: 4,
    call3: 5,
    call4: 6,
    call5: 7,
    call6: 8,
    call7: 9,
    call8: 10,
    index_delete: 11,
    return: 12,
    jmp: 13,
    jmp_z: 14,
    bind: 15,
    object_field: 16,
    store_local: 17,
    store_global: 18,
    store_buffer: 19,
    inf: 20,
    load_local: 21,
    load_global: 22,
    uplus: 23,
    index: 24,
    index_set: 25,
    builtin_field: 26,
    ascii_field: 27,
    utf8_field: 28,
    math_field: 29,
    ds_field: 30,
    alloc_map: 31,
    alloc_array: 32,
    alloc_buffer: 33,
    static_spec_proto: 34,
    static_buffer: 35,
    static_builtin_string: 36,
    static_ascii_string: 37,
    static_utf8_string: 38,
    static_function: 39,
    literal: 40,
    literal_f64: 41,
    load_buffer: 43,
    ret_val: 44,
    typeof: 45,
    undefined: 46,
    is_undefined: 47,
    true: 48,
    false: 49,
    to_bool: 50,
    nan: 51,
    abs: 52,
    bit_not: 53,
    is_nan: 54,
    neg: 55,
    not: 56,
    to_int: 57,
    add: 58,
    sub: 59,
    mul: 60,
    div: 61,
    bit_and: 62,
    bit_or: 63,
    bit_xor: 64,
    shift_left: 65,
    shift_right: 66,
    shift_right_unsigned: 67,
    eq: 68,
    le: 69,
    lt: 70,
    ne: 71,
    is_nullish: 72,
    store_closure: 73,
    load_closure: 74,
    make_closure: 75,
    typeof_str: 76,
    jmp_ret_val_z: 78,
    call_array: 79,
    try: 80,
    end_try: 81,
    catch: 82,
    finally: 83,
    throw: 84,
    re_throw: 85,
    throw_jmp: 86,
    debugger: 87,
    new: 88,
    instance_of: 89,
    null: 90,
    approx_eq: 91,
    approx_ne: 92,
    store_ret_val: 93,
    static_spec: 94,
} as const

/** What an opcode takes and is. */
export interface OpInfo {
    name: string
    /** Values that it takes from the stack. */
    args: number
    /** True when a number follows it. */
    number: boolean
    /** A statement ends with an empty stack; an expression leaves one value. */
    statement: boolean
}

/** Opcodes with a number behind them. */
const WITH_NUMBER =
    "jmp jmp_z jmp_ret_val_z try end_try throw_jmp store_local store_global load_local " +
    "load_global store_closure load_closure make_closure builtin_field ascii_field utf8_field " +
    "math_field ds_field object_field static_spec_proto static_buffer static_builtin_string " +
    "static_ascii_string static_utf8_string static_function static_spec literal literal_f64 " +
    "builtin_object"
/** Statements with the number of their values. */
const STATEMENTS =
    "call0:1 call1:2 call2:3 call3:4 call4:5 call5:6 call6:7 call7:8 call8:9 call_array:2 return:1 " +
    "jmp:0 jmp_z:1 jmp_ret_val_z:0 try:0 end_try:0 catch:0 finally:0 throw:1 re_throw:1 " +
    "throw_jmp:1 debugger:0 store_local:1 store_global:1 store_buffer:4 store_closure:2 " +
    "store_ret_val:1 index_set:3 index_delete:2 alloc_map:0 alloc_array:1 alloc_buffer:1"
/** Expressions with the number of their values; those not named take none. */
const EXPRESSIONS =
    "load_closure:1 index:2 builtin_field:1 ascii_field:1 utf8_field:1 new:1 bind:2 load_buffer:3 " +
    "typeof:1 typeof_str:1 is_undefined:1 instance_of:2 is_nullish:1 to_bool:1 abs:1 bit_not:1 " +
    "is_nan:1 neg:1 uplus:1 not:1 to_int:1 add:2 sub:2 mul:2 div:2 bit_and:2 bit_or:2 bit_xor:2 " +
    "shift_left:2 shift_right:2 shift_right_unsigned:2 eq:2 le:2 lt:2 ne:2 approx_eq:2 approx_ne:2"

/** What is known of each opcode; undefined for one that no program may hold. */
export const opInfo: readonly (OpInfo | undefined)[] = makeTable()

function makeTable(): (OpInfo | undefined)[] {
    const numbered = new Set(WITH_NUMBER.split(" "))
    const statements = parseCounts(STATEMENTS)
    const expressions = parseCounts(EXPRESSIONS)
    const table: (OpInfo | undefined)[] = []
    for (const [name, code] of Object.entries(Op))
        table[code] = {
            name,
            args: statements.get(name) ?? expressions.get(name) ?? 0,
            number: numbered.has(name),
            statement: statements.has(name),
        }
    return table
}

function parseCounts(text: string): Map<string, number> {
    return new Map(
        text.split(" ").map(item => {
            const [name, count] = item.split(":")
            return [name!, Number(count)]
        })
    )
}

/** True for `call0` to `call8`. */
export function isShortCall(op: number): boolean {
    return op >= Op.call0 && op <= Op.call8
}
