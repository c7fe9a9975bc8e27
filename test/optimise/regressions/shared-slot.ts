// line 1
//   expected > t5 undefined [0,1.5] 0
//   got      > t5 undefined [0,18055] 0
//   panic    none, none
import * as ds from "@devicescript/core"
const nan = 0 / 0
function keep(v: any): any {
    return v
}
function cut(s: any): string {
    return ("" + s).slice(0, 24)
}
function none(v: any): any {
    if (v === 1) return 1
    return v > 1 ? null : undefined
}
function bare(v: any): any {
    return Array.isArray(v) || v instanceof Buffer ? v.length : v
}
let state: any = 1
let trail = ""
function mark(v: any): void {
    trail = (trail + " " + v).slice(-80)
}
let printed = 0
function show(v: any): string {
    if (!((v as any) instanceof Error)) return cut(v)
    if (printed++ < 8) v.print()
    return v.name + "!" + v.message
}
let g1: number = 1
async function af2(p23?: any): Promise<any> {
    console.log(
        "t5",
        1,
        (1 as any) !== 1 ? ([1, 2] as any[]) : ([1, 2] as any[]),
        1 % g1
    )
}
async function case1(): Promise<any> {
    g1 = ((af2 as any)(1) as any) | 0
}
try {
    await case1()
} catch (e: any) {
    console.log("case1", show(e))
}
