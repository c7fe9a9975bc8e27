// Takes all of the heap, and asks for a part of a long text with what is left.
let long = "€€€€"
for (let i = 0; i < 8; i++) long = long + long
const taken: Buffer[] = []
console.log("begins")
while (true) {
    taken.push(Buffer.alloc(900))
    if (long.slice(0, 1004) === "") console.log("empty")
}
