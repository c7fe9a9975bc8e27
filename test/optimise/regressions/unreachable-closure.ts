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
let g1: string = " "
function f1(p6?: any): any {
    if (true) return true
    let v6: any = (p8?: any, p9?: any): any => (p6 as any)?.[1]
}
function case0(): any {
    let v29: number = 1
    switch ("s" as any) {
        case g1 as any: {
            v29 |= (f1(1) as any) * 2
            break
        }
    }
}
try {
    case0()
} catch (e: any) {
    console.log("case0", show(e))
}
