// The built-in functions, as instructions. Operands are what builtin_code.cpp says; see
// lf/builtins.
#pragma once

#include "interpreter/operations.hpp"

namespace tenon::daml::interpreter::operations {

// --- Int64 (operations_numbers.cpp): target := a and b.
TENON_DAML_OPERATION(add_int64);
TENON_DAML_OPERATION(subtract_int64);
TENON_DAML_OPERATION(multiply_int64);
TENON_DAML_OPERATION(divide_int64);
TENON_DAML_OPERATION(remainder_int64);
TENON_DAML_OPERATION(power_int64);

// --- Numeric: target := a and b; c or b: the scale of the result.
TENON_DAML_OPERATION(add_numeric);
TENON_DAML_OPERATION(subtract_numeric);
TENON_DAML_OPERATION(multiply_numeric);
TENON_DAML_OPERATION(divide_numeric);
TENON_DAML_OPERATION(round_numeric); // a to b digits
TENON_DAML_OPERATION(cast_numeric);
TENON_DAML_OPERATION(shift_numeric);
TENON_DAML_OPERATION(int64_to_numeric);
TENON_DAML_OPERATION(numeric_to_int64);

// --- BigNumeric.
TENON_DAML_OPERATION(scale_big_numeric);
TENON_DAML_OPERATION(precision_big_numeric);
TENON_DAML_OPERATION(add_big_numeric);
TENON_DAML_OPERATION(subtract_big_numeric);
TENON_DAML_OPERATION(multiply_big_numeric);
TENON_DAML_OPERATION(divide_big_numeric); // scale a, rounding b, dividend c, divisor +
TENON_DAML_OPERATION(shift_right_big_numeric);
TENON_DAML_OPERATION(big_numeric_to_numeric);
TENON_DAML_OPERATION(numeric_to_big_numeric);

// --- Moments.
TENON_DAML_OPERATION(date_to_unix_days);
TENON_DAML_OPERATION(unix_days_to_date);
TENON_DAML_OPERATION(timestamp_to_unix_micros);
TENON_DAML_OPERATION(unix_micros_to_timestamp);

// --- Text (operations_text.cpp).
TENON_DAML_OPERATION(explode_text);
TENON_DAML_OPERATION(implode_text);
TENON_DAML_OPERATION(append_text);
TENON_DAML_OPERATION(to_text);
TENON_DAML_OPERATION(contract_id_to_text);
TENON_DAML_OPERATION(party_to_quoted_text);
TENON_DAML_OPERATION(sha256_text);
TENON_DAML_OPERATION(text_to_party);
TENON_DAML_OPERATION(text_to_int64);
TENON_DAML_OPERATION(text_to_numeric);
TENON_DAML_OPERATION(text_to_code_points);
TENON_DAML_OPERATION(code_points_to_text);
TENON_DAML_OPERATION(user_error);
TENON_DAML_OPERATION(trace);

// --- Comparison (operations_maps.cpp): of any type, of 64-bit numbers, of texts.
TENON_DAML_OPERATION(equal);
TENON_DAML_OPERATION(less);
TENON_DAML_OPERATION(less_or_equal);
TENON_DAML_OPERATION(greater);
TENON_DAML_OPERATION(greater_or_equal);
TENON_DAML_OPERATION(equal_number);
TENON_DAML_OPERATION(less_number);
TENON_DAML_OPERATION(less_or_equal_number);
TENON_DAML_OPERATION(greater_number);
TENON_DAML_OPERATION(greater_or_equal_number);

// --- Maps (operations_maps.cpp).
TENON_DAML_OPERATION(map_insert); // key a, value b, map c
TENON_DAML_OPERATION(map_lookup); // key a, map b
TENON_DAML_OPERATION(map_delete); // key a, map b
TENON_DAML_OPERATION(map_to_list);
TENON_DAML_OPERATION(map_keys);
TENON_DAML_OPERATION(map_values);
TENON_DAML_OPERATION(map_size);

} // namespace tenon::daml::interpreter::operations
