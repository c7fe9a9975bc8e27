/*
seed 21552
line 2
  expected > v23 1
  got      > v23 null
  panic    none, none
*/
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
function case0(): any {
    let v21: any = g1
    let v22: any = v21
    let v23: any = v22
    switch (1 as any) {
        case 1 as any: {
            console.log("t4", (v21 = null))
            break
        }
    }
    console.log("v21", show(v21))
    console.log("v23", show(v23))
}
try {
    case0()
} catch (e: any) {
    console.log("case0", show(e))
}
