// Panics as soon as it runs.
console.log("about to fail")
throw new Error("on purpose")
