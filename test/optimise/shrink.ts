/**
 * Makes a failing program smaller: leaves out statements, puts what is in a block in its place,
 * and replaces expressions by parts of them or by literals, as long as it goes on failing. It
 * works on the tree of the generator and knows no scopes: what does not compile does not fail.
 */
import {
    type Expression,
    render,
    type Statement,
    type Statements,
    type Tree,
    type Type,
} from "./generator/index.ts"

/** Tries before it is small enough. */
const TRIES = 900

/** Tells whether the program still fails. */
type Still = () => Promise<boolean>

const SIMPLE: Record<Type, string[]> = {
    num: ["1", "0"],
    bool: ["true", "false"],
    str: ['"s"'],
    any: ["undefined", "1"],
    arr: ["([1, 2] as any[])"],
    obj: ["({} as any)"],
    buf: ["Buffer.alloc(4)"],
}

/** Changes `program` in place and returns it; `fails` gets the source of each try. */
export async function shrink(
    program: Statements,
    fails: (source: string) => Promise<boolean>,
    tries = TRIES
): Promise<Statements> {
    let left = tries
    const still = async () => left-- > 0 && (await fails(render(program)))
    let size: number
    do {
        size = render(program).length
        for (const list of lists(program)) {
            await removeStatements(list, still)
            await unwrapStatements(list, still)
        }
        await simplifyExpressions(program, still)
    } while (left > 0 && render(program).length < size)
    return program
}

/** All lists of statements, the outer ones first. */
function lists(tree: Tree): Statements[] {
    const inner = tree.parts.flatMap(part =>
        typeof part === "string" ? [] : lists(part)
    )
    return tree.kind === "statements" ? [tree, ...inner] : inner
}

/** Leaves out as much of a list as it can: halves first, single statements last. */
async function removeStatements(list: Statements, still: Still): Promise<void> {
    for (let size = list.parts.length; size >= 1; size = size >> 1)
        for (let at = list.parts.length - size; at >= 0; at -= size) {
            const removed = list.parts.splice(at, size)
            if (!(await still())) list.parts.splice(at, 0, ...removed)
        }
}

/** Puts the statements in a statement in its place. */
async function unwrapStatements(list: Statements, still: Still): Promise<void> {
    for (let at = 0; at < list.parts.length; at++) {
        const whole = list.parts[at]!
        const inner = ownLists(whole).flatMap(l => l.parts)
        if (inner.length === 0 || DECLARES.test(render(whole))) continue
        list.parts.splice(at, 1, ...inner)
        if (!(await still())) list.parts.splice(at, inner.length, whole)
    }
}

const DECLARES = /^(\/\*\*|(async )?function|class)/

/** The lists directly in a statement. */
function ownLists(tree: Statement | Expression): Statements[] {
    return tree.parts.flatMap(part => {
        if (typeof part === "string") return []
        return part.kind === "statements" ? [part] : ownLists(part)
    })
}

async function simplifyExpressions(tree: Tree, still: Still): Promise<void> {
    if (tree.kind === "expression") await simplify(tree, still)
    for (const part of tree.parts)
        if (typeof part !== "string") await simplifyExpressions(part, still)
}

async function simplify(tree: Expression, still: Still): Promise<void> {
    const { parts } = tree
    const length = render(tree).length
    const texts = SIMPLE[tree.type].map(text => [text])
    const inner = innerExpressions(tree).filter(
        e => tree.type === "any" || e.type === tree.type
    )
    for (const candidate of [...texts, ...inner.map(e => [e])]) {
        tree.parts = candidate
        if (render(tree).length < length && (await still())) return
        tree.parts = parts
    }
}

/** The expressions in an expression, but not in those of a type that fits. */
function innerExpressions(tree: Tree): Expression[] {
    return tree.parts.flatMap(part => {
        if (typeof part === "string") return []
        return part.kind === "expression"
            ? [part, ...innerExpressions(part)]
            : innerExpressions(part)
    })
}
