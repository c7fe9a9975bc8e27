// A closure that is made where nothing gets: the image came back as it was.
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
function f0(...r0: any[]): any {
    let v0: any = true
    let v1: any = v0
    v0 = 1
    let v2: any = v1
    throw 1
    const c1: (...a: any[]) => any = (): any => v2
}
function case0(): any {
    if ((f0 as any)(1) as any) {
    }
}
try {
    case0()
} catch (e: any) {
    console.log("case0", show(e))
}
