# SPDX-License-Identifier: GPL-2.0-only
# Combination code 10 is set by "10 permanent" alone, and never undone.
dir=$(iio 0-01)
is "10 alone" "$(put "$dir/combination_code" 10)" -EPERM
is "10 permanent" "$(put "$dir/combination_code" "10 permanent")" ok
is "it is in the meter" "$(ctl reg 1 400f)" 000a
is "it is shown" "$(get "$dir/combination_code")" 10
check "no other code afterwards" sh -c "attr put $dir/combination_code 5 | grep -q '^-E'"
is "it is still shown" "$(get "$dir/combination_code")" 10
