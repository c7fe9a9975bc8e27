/**
 * A generated program as a tree. Its text is that of its parts, one after the other; what can be
 * left out or replaced when a failing program is made smaller is a part of its own.
 */

/** The usual type of an expression; the programs also mix types, as real ones do. */
export type Type = "num" | "bool" | "str" | "any" | "arr" | "obj" | "buf"

export interface Expression {
    kind: "expression"
    type: Type
    parts: Part[]
}

export interface Statement {
    kind: "statement"
    parts: Part[]
}

/** Statements (or members of a class) one after the other, a line each. */
export interface Statements {
    kind: "statements"
    parts: Statement[]
}

export type Tree = Expression | Statement | Statements
export type Part = string | Tree

type Value = Part | number

function assemble(strings: TemplateStringsArray, values: Value[]): Part[] {
    return strings.flatMap((text, i) => {
        const value = values[i]
        if (value === undefined) return [text]
        return [text, typeof value === "number" ? String(value) : value]
    })
}

/** A tag for template strings: `expression("num")`(${a} + ${b})``. */
export function expression(type: Type) {
    return (strings: TemplateStringsArray, ...values: Value[]): Expression => ({
        kind: "expression",
        type,
        parts: assemble(strings, values),
    })
}

/** A tag for template strings: `statement`return ${a}``. */
export function statement(
    strings: TemplateStringsArray,
    ...values: Value[]
): Statement {
    return { kind: "statement", parts: assemble(strings, values) }
}

export function statements(parts: Statement[]): Statements {
    return { kind: "statements", parts }
}

/** `trees` with `separator` between them, to be put into a statement or an expression. */
export function join(trees: readonly Part[], separator: string): Expression {
    const parts = trees.flatMap((tree, i) => (i ? [separator, tree] : [tree]))
    return { kind: "expression", type: "any", parts }
}

/** The source of a tree. */
export function render(tree: Part): string {
    if (typeof tree === "string") return tree
    const separator = tree.kind === "statements" ? "\n" : ""
    return tree.parts.map(render).join(separator)
}
