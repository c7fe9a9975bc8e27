// Makes plain functions of methods whose every call is known: `x.count(2)` becomes
// `count(x, 2)`. The call takes as many bytes and steps, but nothing has to be installed: some 9
// bytes of code for each method, 16 of heap, and the short index of its name.
//
// Precondition: the name is read in known calls only, the function named where it is installed
// only. A call of known target does not fail for want of its object before it has read or written
// a field of it (see typed-calls.ts), so the object may be looked at later; where other calls
// compute the arguments in between, the method stays, as they must not run without the object. A
// call takes 8 arguments and the stack 16 values, now with the object among them.
import { FunctionFlag, MAX_STACK_DEPTH, Op } from "../format.ts"
import type { RawImage } from "../image.ts"
import { KnownCalls } from "../known-calls.ts"
import { installed, type Method } from "../methods.ts"
import {
    count,
    type Expression,
    make,
    type Program,
    stackDepth,
} from "../program.ts"

/** Most arguments of a short call, the object among them. */
const MAX_ARGUMENTS = 8

/** Changes methods and their calls all over a program. */
export function callPlainly(program: Program, raw: RawImage): void {
    const known = new KnownCalls(program, raw)
    const changed = new Set<number>()
    for (const method of known.methods.values())
        if (canChange(known, method)) {
            method.f.flags = 0
            changed.add(method.f.id)
        }
    for (const f of program.functions)
        for (const block of f.blocks) {
            for (const statement of block.statements) {
                const call = known.find(statement)
                if (call && changed.has(call.callee.id)) change(statement)
            }
            block.statements = block.statements.filter(
                statement => !changed.has(installed(statement)?.id ?? -1)
            )
        }
    count(program, "method called plainly", changed.size)
}

function canChange(known: KnownCalls, method: Method): boolean {
    const { f } = method
    if (f.flags !== FunctionFlag.needsThis || f.parent) return false
    if (!known.isOnlyCalled(method) || known.timesNamed(f) !== 1) return false
    return known
        .callsOf(f)
        .every(
            ({ receiver, args }) =>
                args.length < MAX_ARGUMENTS &&
                [receiver!, ...args].every(
                    (value, i) => i + 1 + stackDepth(value) < MAX_STACK_DEPTH
                )
        )
}

function change(statement: Expression): void {
    const [field, ...args] = statement.args
    statement.op++
    statement.args = [
        make(Op.static_function, field!.place, field!.callee),
        field!.args[0]!,
        ...args,
    ]
}
