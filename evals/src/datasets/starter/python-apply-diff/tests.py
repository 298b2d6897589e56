from reference import apply_diff


def refused(text, diff):
    try:
        apply_diff(text, diff)
    except ValueError:
        return True
    return False


three = "one\ntwo\nthree\n"
assert apply_diff(three, "") == three
assert apply_diff(three, "--- a\n+++ b\n") == three
assert apply_diff(three, "--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three\n") == "one\nTWO\nthree\n"
assert apply_diff(three, "@@ -2 +2 @@ def f():\n-two\n+2\n") == "one\n2\nthree\n"
assert apply_diff(three, "@@ -2,0 +3,2 @@\n+a\n+b\n") == "one\ntwo\na\nb\nthree\n"
assert apply_diff(three, "@@ -0,0 +1 @@\n+zero\n") == "zero\none\ntwo\nthree\n"
assert apply_diff(three, "@@ -3,0 +4 @@\n+four\n") == "one\ntwo\nthree\nfour\n"
assert apply_diff(three, "@@ -1,3 +0,0 @@\n-one\n-two\n-three\n") == ""
assert apply_diff("", "@@ -0,0 +1,2 @@\n+a\n+b\n") == "a\nb\n"
two_hunks = "@@ -1,2 +1,3 @@\n a\n+new\n b\n@@ -5,2 +6,1 @@\n e\n-f\n"
assert apply_diff("a\nb\nc\nd\ne\nf\ng\n", two_hunks) == "a\nnew\nb\nc\nd\ne\ng\n"
assert apply_diff("x\nlast", "@@ -2 +2 @@\n-last\n\\ No newline at end of file\n+last\n") == "x\nlast\n"
assert apply_diff("x\nlast\n", "@@ -2 +2 @@\n-last\n+last\n\\ No newline at end of file\n") == "x\nlast"
assert apply_diff("x\nlast", "@@ -1,2 +1,2 @@\n-x\n+y\n last\n\\ No newline at end of file\n") == "y\nlast"
assert apply_diff("a\n\nb\n", "@@ -1,3 +1,2 @@\n a\n-\n b\n") == "a\nb\n"
assert apply_diff("-- x\n", "@@ -1 +1 @@\n--- x\n+++ y\n") == "++ y\n"
assert apply_diff("a\x0cb\n", "@@ -1 +1,2 @@\n a\x0cb\n+c\n") == "a\x0cb\nc\n"
assert apply_diff("two\ntwo\n", "@@ -2 +2 @@\n-two\n+2\n") == "two\n2\n"
assert refused(three, "@@ -1,3 +1,3 @@\n one\n-zwei\n+TWO\n three\n")
assert refused(three, "@@ -1,2 +1,2 @@\n uno\n-two\n+TWO\n")
assert refused(three, "@@ -1 +1 @@\n-two\n+TWO\n")
assert refused(three, "@@ -9 +9 @@\n-nine\n+9\n")
assert refused(three, "@@ -7,0 +8 @@\n+far\n")
assert refused(three, "@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n")
assert refused(three, "@@ -1,1 +1,1 @@\n-one\n+ONE\n two\n")
assert refused("x\nlast", "@@ -2 +2 @@\n-last\n+LAST\n")
