/*
`next` shares a slot with what `find` returns, so that the move from one to the other is dropped: a
test of `next` after it looked as if it had only been set to undefined.
*/
function find(at: any): any {
    if (!at) return undefined
    if (at === "a") return "found " + at
    return at.slice(2)
}
function follow(at: any, fault: any): any {
    for (let n = 0; n < 4; ++n) {
        let next: any = undefined
        if (at && !fault) {
            next = find(at)
            if (!next) fault = "nowhere"
            else if (next.slice(0, 1) === at.slice(1)) fault = "again"
            else if (next.slice(1) === at) fault = "round"
        }
        if (fault) return fault
        if (!next) return n
        at = next
    }
    return at
}
console.log("a", follow("a", undefined))
console.log("b", follow("bcd", undefined))
console.log("none", follow("", undefined))
console.log("fault", follow("a", "fault"))
