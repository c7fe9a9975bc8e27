// Puts the statements that install methods (`C.prototype.name := M`) class by class, so that the
// prototype has to be named once for each (see returned.ts).
//
// Precondition: such statements are next to each other, and cannot fail. Those on the VM's own
// objects keep their order, as two expressions may name one object.
import { Op } from "../format.ts"
import { installed } from "../methods.ts"
import {
    type Block,
    count,
    type Expression,
    type Func,
    type Program,
} from "../program.ts"

/** Groups the installing statements of a function. */
export function gatherInstalls(program: Program, f: Func): void {
    for (const block of f.blocks)
        for (let i = 0; i < block.statements.length; i++) {
            let end = i
            while (isInstall(block.statements[end])) end++
            if (end - i > 1) gather(program, block, i, end)
            i = Math.max(i, end)
        }
}

function isInstall(statement: Expression | undefined): boolean {
    if (statement?.op !== Op.index_set) return false
    return (
        installed(statement) !== undefined ||
        (statement.args[0]!.op === Op.builtin_object &&
            statement.args[2]!.op === Op.static_function)
    )
}

function gather(
    program: Program,
    block: Block,
    from: number,
    to: number
): void {
    const classes = new Map<number, Expression[]>()
    for (const statement of block.statements.slice(from, to)) {
        const [object] = statement.args
        // -1: one of the VM's own
        const owner =
            object!.op === Op.builtin_field ? object!.args[0]!.number : -1
        const known = classes.get(owner)
        if (known) known.push(statement)
        else classes.set(owner, [statement])
    }
    const sorted = [...classes.values()].flat()
    block.statements.splice(from, to - from, ...sorted)
    count(program, "class whose methods are gathered", classes.size)
}
