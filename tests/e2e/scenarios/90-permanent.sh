# SPDX-License-Identifier: GPL-2.0-only
# Combination code 10 is set by "10 permanent" alone, and never undone.
serial_is() { [ "$(get "$(iio "$1")/serial_number")" = "$2" ]; }
dir=$(iio 0-01)
is "10 alone" "$(put "$dir/combination_code" 10)" -EPERM
code=$(ctl reg 1 400f)
ctl meter swap 1 serial=33333333 >/dev/null
check "10 permanent is not for another meter" sh -c "attr put $dir/combination_code '10 permanent' | grep -q '^-E'"
is "which keeps its own" "$(ctl reg 1 400f)" "$code"
check "that is noticed" wait_for 90 serial_is 0-01 33333333
ctl power 1 off >/dev/null
get "$(iio 0-01)/in_voltage1_raw" "$(iio 0-01)/combination_code" >/dev/null
ctl meter swap 1 serial=22091039 >/dev/null
ctl power 1 on >/dev/null
check "the meter is back" wait_for 90 serial_is 0-01 22091039
check "and online" online 0-01
dir=$(iio 0-01)
is "10 permanent" "$(put "$dir/combination_code" "10 permanent")" ok
is "it is in the meter" "$(ctl reg 1 400f)" 000a
is "it is shown" "$(get "$dir/combination_code")" 10
check "no other code afterwards" sh -c "attr put $dir/combination_code 5 | grep -q '^-E'"
is "it is still shown" "$(get "$dir/combination_code")" 10
