/**
 * What the DeviceScript compiler says of parts of TypeScript that it does not have, in the words of who
 * writes a program: the compiler names its own syntax tree, as in `unhandled expr: SuperKeyword`.
 */

/** Kinds of nodes that the compiler has no code for, and what to write instead. */
const NODES: Record<string, string> = {
    BigIntLiteral: "bigint; numbers are whole up to 2^53",
    ClassExpression: "class in an expression; declare it at the top level",
    GetAccessor: "getters; write a method",
    MetaProperty: "import.meta and no new.target",
    RegularExpressionLiteral: "regular expressions; use indexOf and slice",
    SetAccessor: "setters; write a method",
    SuperKeyword: "super.method(); give the method of the base another name",
    TaggedTemplateExpression: "tagged templates; call a function",
    VoidExpression: "void; leave it out",
    YieldExpression: "generators; return a list",
}

/** What the VM has in place of a name that programs of Node and of browsers use. */
const INSTEAD: Record<string, string> = {
    Boolean: "write !!value",
    Date: "a clock has the time: clock.wall(), in ms since 1970",
    Map: 'import { Map } from "@devicescript/runtime"',
    Number: "write +text, and Math.floor to tell whole numbers",
    Promise: "call an async function by await, or begin it by f.start()",
    Set: 'import { Set } from "@devicescript/runtime"',
    String: 'write "" + value',
    Uint8Array: "use Buffer",
    at: "write list[list.length - 1]",
    concat: "write [...one, ...other]",
    entries: "use Object.keys",
    padStart: 'write ("0" + value).slice(-2)',
    replace: "use split and join",
    replaceAll: "use split and join",
    splice: "list.insert(at, -count) takes elements out, list.insert(at, count) makes room",
    stack: "the log shows where an error was thrown",
    substring: "use slice",
    toFixed: "write Math.round(value * 100) / 100",
    toString: 'write "" + value',
    trunc: "use Math.floor",
}
/** Errors of TypeScript about a name that the VM does not have; others are about the program's own. */
const UNKNOWN =
    /^Property '(\w+)' does not exist on type '(?:"[^]*"|-?[\d.]+|string|number|boolean|Math|Error|\w+Constructor|.*\[\])'\.|^Cannot find name '(\w+)'\.|^'(Number|Boolean|String)' only refers to a type/
/** TypeScript's own advice, for programs of Node and of browsers. */
const ADVICE =
    / Do you need to (?:change your target library|install type definitions)[^]*$/
/** A name that is alike, and does something else. */
const ALIKE = / Did you mean '\w+'\?$/

/** What the compiler says of a name. */
const UNKNOWN_NAME = /^unknown name: (.+)$/

/** Messages of the compiler, and what they mean. */
const MESSAGES: [RegExp, string | ((name: string) => string)][] = [
    [
        /^(?:unhandled expr:|unhandled stmt type:|unsupported initializer) (\w+)$/,
        name => `The VM's language has no ${NODES[name] ?? plain(name)}.`,
    ],
    [
        /^unhandled operator$/,
        "The VM's language does not have this operator; for `in`, compare with undefined.",
    ],
    [
        /^unhandled assignment$/,
        "Fields cannot be taken into variables that are there already; write an assignment for each.",
    ],
    [
        /^unsupported assignment target$/,
        "Only a variable, a field or an element can be assigned to.",
    ],
    [
        UNKNOWN_NAME,
        name =>
            `The program has nothing by the name '${name}'; a function in an expression does not know its own.`,
    ],
    [/^label of no loop$/, "Only a loop can have a label."],
    [
        /^only for \(let\/const x in\/of \.\.\.\) supported$/,
        "This loop declares its variable: write for (const x of list).",
    ],
    [
        /^only simple identifiers supported$/,
        "A plain name is wanted; for `#name` write `private name`.",
    ],
    [/^unsupported property name$/, "A plain name of a property is wanted."],
    [
        /^unsupported class member$/,
        "A class has fields, methods and a constructor; for a getter or setter write a method.",
    ],
    [
        /^initializers on static members/,
        "A static field cannot have a value; use a constant of the module.",
    ],
    [/^only top-level classes supported$/, "Declare classes at the top level."],
    [/^classes need names$/, "A class needs a name."],
    [
        /^async function of type '.*' not allowed here; need '(.*)'$/,
        type =>
            `An async function is not taken where '${type}' is wanted, as nobody would wait for it; write a loop, or begin it by start().`,
    ],
    [/^'var' not allowed$/, "Use let or const; there is no var."],
    [
        /^modifier not supported$/,
        "A function is plain or async, and may be exported; there are no generators.",
    ],
    [
        /^'this' cannot be used here/,
        "`this` is that of a class: in its methods and constructor, and in arrow functions there.",
    ],
    [
        /^closure references to loop variables/,
        "A function cannot use a variable of the loop around it; use forEach, or call a function that makes it.",
    ],
]

/** An assertion of the compiler that fails, as `internalError` reports it. */
const ASSERTION = /\(assertion failed\)/i

/** Whether an error may be about what a file uses before it is there. */
export function mayComeTooEarly(message: string): boolean {
    return UNKNOWN_NAME.test(message) || ASSERTION.test(message)
}

/** Errors of TypeScript about a name that is nowhere: the compiler has one at each use of it. */
const MISSING =
    /^Cannot find name '(\w+)'|has no exported member(?: named)? '(\w+)'/

/** The name that an error of TypeScript says is nowhere. */
export function missingName(message: string): string | undefined {
    const match = MISSING.exec(message)
    return match?.[1] ?? match?.[2]
}

/**
 * The error in words; the compiler's own message when it is none of the known ones.
 * @param missing names that errors of TypeScript have told already
 * @returns undefined for an error about one of them
 */
export function languageError(
    message: string,
    missing: ReadonlySet<string>
): string | undefined {
    if (missing.has(UNKNOWN_NAME.exec(message)?.[1] ?? "")) return undefined
    for (const [pattern, words] of MESSAGES) {
        const match = pattern.exec(message)
        if (!match) continue
        return typeof words === "string" ? words : words(match[1]!)
    }
    return message
}

/** An error of TypeScript with what the VM has instead, and without advice that helps on no board. */
export function typeError(message: string): string {
    const plain = message.replace(ADVICE, "")
    const match = UNKNOWN.exec(plain)
    const name = match?.[1] ?? match?.[2] ?? match?.[3]
    // a program's name may be one of every object, as valueOf
    if (name !== undefined && Object.hasOwn(INSTEAD, name))
        return `${plain.replace(ALIKE, "")} The VM has none: ${INSTEAD[name]}.`
    return plain === message ? message : `${plain} The VM has none.`
}

/** A kind of node in small words: `SpreadElement` is `spread element`. */
function plain(kind: string): string {
    return kind.replace(/\B[A-Z]/g, letter => ` ${letter}`).toLowerCase()
}
