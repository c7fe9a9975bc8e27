import type { Context } from "./context.ts"
import { expressionOf } from "./expressions.ts"
import { type Expression, expression } from "./tree.ts"

/** Steps that the body of a closure may take. */
const CLOSURE_LIMIT = 150

/** An arrow function that uses, and now and then sets, what is around it; its cost is spent. */
export function closureOf(
    context: Context,
    parameters: number,
    depth: number
): Expression {
    const [closure, cost] = costedClosure(context, parameters, depth)
    context.spend(cost)
    return closure
}

/** The same, with the steps of one call. */
export function costedClosure(
    context: Context,
    parameters: number,
    depth: number
): [Expression, number] {
    const { random } = context
    const outer = context.frame
    const room = (outer.limit - outer.cost) / outer.times
    const limit = Math.max(10, Math.min(CLOSURE_LIMIT, room))
    const frame = { limit, lineLimit: 0, room: 5, depth: outer.depth + 1 }
    const [closure, inner] = context.inFunction(frame, () => {
        const names = Array.from({ length: parameters }, () => {
            const name = context.name("p")
            context.declare({ name, type: "any", assignable: true })
            return `${name}?: any`
        })
        const head = `(${names.join(", ")}): any =>`
        if (outer.depth < 2 && random.chance(0.5 * context.taste("bodies")))
            return expression(
                "any"
            )`${head} {\n${context.grammar.block(random.between(1, 4))}\n}`
        return expression(
            "any"
        )`${head} (${expressionOf(context, "any", depth)})`
    })
    return [closure, inner.cost]
}
