// Drops a store whose value nobody reads. A value that can fail is still computed, into the
// returned value, which takes a byte less.
//
// Precondition: what is live is known, also behind faults.
import { isPure } from "../effects.ts"
import { Op } from "../format.ts"
import { Liveness } from "../liveness.ts"
import { count, type Expression, type Func, type Program } from "../program.ts"

/** Returns true when it changed something. */
export function dropDeadStores(program: Program, f: Func): boolean {
    const liveness = new Liveness(f)
    let changes = 0
    for (const block of liveness.flow.order) {
        const dead = new Set<Expression>()
        liveness.walkBack(block, (statement, after) => {
            if (!statement) return
            const [value] = statement.args
            if (statement.op === Op.store_local) {
                const { captured } = f.variables[statement.number]!
                const self =
                    value!.op === Op.load_local &&
                    value!.number === statement.number
                if (captured ? !self : after[statement.number] && !self) return
            } else if (statement.op !== Op.store_ret_val) return
            else if (after[liveness.returned] && value!.op !== Op.ret_val)
                return
            if (isPure(f, value!)) dead.add(statement)
            else if (
                statement.op === Op.store_local &&
                !after[liveness.returned]
            ) {
                statement.op = Op.store_ret_val
                statement.number = 0
                changes++
            }
        })
        if (dead.size === 0) continue
        block.statements = block.statements.filter(s => !dead.has(s))
        changes += dead.size
    }
    if (changes > 0) count(program, "dead store", changes)
    return changes > 0
}
