// The compiler makes a list by calls of `push` and `pushRange`, its rest by one of `slice`, and goes
// through it by `length`: with the types, these were taken for calls of the method of that name in
// the same statement.
class Queue {
    size = 0
    push(value: any): number {
        this.size += value ? 2 : 1
        return this.size
    }
    pushRange(values: any): number {
        this.size += values.length
        return this.size
    }
    slice(from: number): any[] {
        this.size += from
        return ["a", "b", "c"]
    }
    length(): number {
        this.size += 1
        return 3
    }
}
class Gate {
    open(): any {}
    push(value?: any): any {
        return this.open()
    }
}
const queue = new Queue()
const gate = new Gate()
const three = [5, 6, 7]
function show(...texts: any[]): void {
    console.log(texts.join() + " " + queue.size)
}
show([1, 2, queue.push([3, 4])].join("-"))
if ([1, 2].some(one => one === 2)) show([8, queue.push(undefined)].length)
show([1, 2, gate.push()].join("-"))
show([...three, gate.push(7)].length)
show([...three, queue.pushRange([...three])].join("-"))
{
    const [first, ...others] = queue.slice(2)
    show(first, others.join("-"))
}
// nothing, but a comment before the loop
for (const one of [queue.length(), 2, 3]) show(one)
for (const key in { a: queue.length(), b: 2 }) show(key)
