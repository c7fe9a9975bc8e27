// A region in which no block is left still takes a place among the regions of its function: the
// optimised image ran into panic 60123.
import * as ds from "@devicescript/core"
const nan = 0 / 0
function keep(v: any): any {
    return v
}
function cut(s: any): string {
    return ("" + s).slice(0, 24)
}
function show(v: any): string {
    if ((v as any) instanceof Error) return v.name + "!" + v.message
    return cut(v)
}
let g1: any = 1
function f2(p8: number, p9?: any): any {
    if (p8 <= 0) return p9
    try {
    } finally {
    }
    return f2(p8 - 1, 1) * 1 + 1
}
function f3(p10?: any): any {
    return f2(4, p10)
}
function case0(): any {
    g1 = f3(1)
}
try {
    case0()
} catch (e: any) {
    console.log("case0", show(e))
}
