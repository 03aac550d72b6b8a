// Hashes as every implementation of Daml computes them: of values in both schemes, of keys, of
// derived seeds.
#include <catch2/catch.hpp>

#include "builders.hpp"
#include "tenon/core/encoding.hpp"
#include "values/hashing.hpp"
#include "values/value_text.hpp"

namespace tenon::daml {
namespace {

using Scheme = HashBuilder::Scheme;
using ContractIds = HashBuilder::ContractIds;

std::string hash(Scheme scheme, const Value& value) {
  HashBuilder builder(scheme, HashBuilder::Purpose::kTesting);
  REQUIRE(builder.add_value(value, ContractIds::kAllowed).ok());
  return to_hex(builder.build().view());
}

Value date(std::string_view day) {
  return Value::date(Date::parse(day).value());
}

Value time(std::string_view moment) {
  return Value::timestamp(Timestamp::parse(moment).value());
}

// One or more of every kind, in the order of kKnownHashes.
std::vector<Value> known_values() {
  const Value no = Value::boolean(false);
  const Value yes = Value::boolean(true);
  const Value a = text("a");
  const Value b = text("b");
  const Value c = text("c");
  return {
      Value(), Value::boolean(true), Value::boolean(false), Value::int64(-1), Value::int64(0),
      Value::int64(1), numeric("-10000.0000000000"), numeric("0.0000000000"),
      numeric("10000.0000000000"), numeric("-10000."), numeric("0."), numeric("10000."),
      date("1970-01-01"), date("1969-07-21"), date("2019-12-16"), time("1970-01-01T00:00:00Z"),
      time("1969-07-21T02:56:15.000000Z"), time("2019-12-16T11:17:54.940779363Z"), text(""),
      text("someText"), text("a\u00b6\u2031\U0001f602"), party("alice"), party("bob"),
      contract("0007e7b5534931dfca8e1b485c105bae4e10808bd13ddc8e897f258015f9d921c5"),
      contract("0059b59ad7a6b6066e77b91ced54b8282f0e24e7089944685cb8f22f32fcbc4e1b"),
      Value::none(), Value::some(no), Value::some(yes), Value::some(Value::none()),
      Value::some(Value::some(no)), Value::list({}), Value::list({no}), Value::list({yes}),
      Value::list({no, no}), Value::list({no, yes}), Value::list({yes, no}), text_map({}),
      text_map({{"a", no}}), text_map({{"a", yes}}), text_map({{"b", no}}),
      text_map({{"a", no}, {"b", no}}), text_map({{"a", yes}, {"b", no}}),
      text_map({{"a", no}, {"b", yes}}), text_map({{"a", no}, {"c", no}}), Value::gen_map({}),
      Value::gen_map({{a, no}}), Value::gen_map({{a, yes}}), Value::gen_map({{b, no}}),
      Value::gen_map({{a, no}, {b, no}}), Value::gen_map({{a, yes}, {b, no}}),
      Value::gen_map({{a, no}, {b, yes}}), Value::gen_map({{a, no}, {c, no}}), enumeration("Red"),
      enumeration("Green"), record({}), record({no, no}), record({yes, no}), record({no, yes}),
      variant("Left", no), variant("Left", yes), variant("Right", no)};
}

struct KnownHashes {
  std::string_view plain;
  std::string_view upgradable;
  std::string_view only_field; // upgradable, of a record that has nothing else
};

constexpr KnownHashes kKnownHashes[] = {
    {"faee935763044f124d7526755a5058a33f9402a595994d59eddd4be8546ff201",
     "9f44ac6acb8a37b00b615dc89259d306035be82dee7db2b472e4c48326195440",
     "ff9b5729d5ed88f97042a190185d50112cecdbd62ff67f57dcde221e63bc95a7"},
    {"fbb59ed10e9cd4ff45a12c5bb92cbd80df984ba1fe60f26a30febf218e2f0f5e",
     "75c8fd04ad916aec3e3d5cb76a452b116b3d4d0912a0a485e9fb8e3d240e210c",
     "509e422770f878df46204b70c128fc4ab4246c9eb1a45166e791cf58b78050f5"},
    {"faee935763044f124d7526755a5058a33f9402a595994d59eddd4be8546ff201",
     "9f44ac6acb8a37b00b615dc89259d306035be82dee7db2b472e4c48326195440",
     "ff9b5729d5ed88f97042a190185d50112cecdbd62ff67f57dcde221e63bc95a7"},
    {"8c6461aec2028ecd3880ad2243b6e0fdb4033ab46ce1702f5289819fb45f8a93",
     "f26fc3783d5b35ffb2fe7945ede3d29623535b8af80552ade5d34a5ce9876427",
     "680dd5f1d9efc754c1d0be6b3cebb71625c143cdd69d176b33a5ee52907f64b4"},
    {"13c6a7b85fcb0443c1d31dafe22561aac714fbaa99d3b9a56474d8dda0c9aee0",
     "627d256f1d5abaa3a870e08d021ec18b8112b3e6ff0ef4a15a948eac307b20dd",
     "ff9b5729d5ed88f97042a190185d50112cecdbd62ff67f57dcde221e63bc95a7"},
    {"36dd3485b6affcd5d59600c58aca5c1cdc2c01bb0a2956bfaa690d157bc9b2be",
     "eb52bdaca91ec03c5f17216695b93acbc2e18ee88da59167cf3fbc4e4a1de445",
     "97f634413c56080177efb6f79a6bfe937d450d513cf9798b8622419ddb352a23"},
    {"19d45e6d088423c70208cf7f87cc10429e66ef343c4c608ba69f675562d4be1e",
     "9e461a8a49688dd809fb7fe9f93840bc09cb9a73157efbeb9d5e74a1449ddbae",
     "0ee8e6f5ad359097537d7ee486efd3c0680057494fdc7a876b7f15dba3acd1af"},
    {"ea87c0c1539dfbbd804c58717ecf30f5b50b946638a39fdaf6712253b952ab40",
     "92279f2e8f32b4c8d8122e22f6d185424b36d678cf5a4dd041e99482977dac3c",
     "ff9b5729d5ed88f97042a190185d50112cecdbd62ff67f57dcde221e63bc95a7"},
    {"1e4b9819cb11e44c0a5a826b7b81e756f3dfaf3061d9f9baa345c1a6c2d7c284",
     "fb13320481e43b753f3d97c245b2d78cc5aec4ab29d8ca2b18fe0564a5587a67",
     "1b8eca057dbf26d3dfeb54f61bf31c18664f40c656f4746ca011db287a49548a"},
    {"02dfadf86a4fbb948e165e20350e472d087072695feb613f9c9562eccda56be8",
     "1a1cc1480738da9f759c3016edd29e9559918f52e42e92ac2414196db37ce229",
     "e3bc6346190d078f43975136ccdd6e895b6ad8575792a1572a30f68c08939394"},
    {"ea87c0c1539dfbbd804c58717ecf30f5b50b946638a39fdaf6712253b952ab40",
     "92279f2e8f32b4c8d8122e22f6d185424b36d678cf5a4dd041e99482977dac3c",
     "ff9b5729d5ed88f97042a190185d50112cecdbd62ff67f57dcde221e63bc95a7"},
    {"5a97286594af94c406d9354d35bf515a12e9d46b61f6dd6d4679e85395fde5f6",
     "db66926bbbf01e053a2b6490ad77e08e6440cd649bb3228f434ba7c066e2141c",
     "42791560da3c56ebc15ce2f369ed677ed2d543db6710eceba5d09daaa4cacc86"},
    {"01cf85cfeb36d628ca2e6f583fa2331be029b6b28e877e1008fb3f862306c086",
     "1a71797cab8ed23c72233b7706b166a33049e4e87dfbc55b9e252f9c1843eca6",
     "ff9b5729d5ed88f97042a190185d50112cecdbd62ff67f57dcde221e63bc95a7"},
    {"f6538d4cb9a7663f9aeac6cd8b1cb5ddba62337ca3ca2b21b29297d85ec53ae5",
     "5d5eba22a3723cd732677964e8a0789544999655072a028e3f07106c7188bc41",
     "14be9da961156e9b784122eb085040a94294c933204141a303841ef147db1a3d"},
    {"4a5ce4f9f37be5e93ccd1360f5e3d0b93ac4445be1532bfdbe2e0805dc0fc133",
     "94ff9110c3f5c9dc0f6d8a67b17a81e8e17e7f83915d65943508c04f01ac93d0",
     "7d615a32e360b4987ed7ef31b2fe0437c91b232eee8ce1955b9c6080375e314c"},
    {"13c6a7b85fcb0443c1d31dafe22561aac714fbaa99d3b9a56474d8dda0c9aee0",
     "627d256f1d5abaa3a870e08d021ec18b8112b3e6ff0ef4a15a948eac307b20dd",
     "ff9b5729d5ed88f97042a190185d50112cecdbd62ff67f57dcde221e63bc95a7"},
    {"c4f34225847a9d0d7a788df5c9f5aa3ac6e98ae7ad68d29b650411d6c95aaddb",
     "0938a77f2c6ceef596ef35c8710a2b924126eba7406fb0ad55591113418deadb",
     "462fff30dea753c1310d615f30699b6df5a4b45664411d5ea7a6610871c8b74e"},
    {"18f13afe32a31b84d8f0e24eba45e710a0dbef47282c81b0be4a361f8aacbb01",
     "e6867b934ce478fa4aa47129ba0e1ef44bef80516fa8283c05819470510eba4a",
     "41899ae946dd507bc63c9bef415c7d32f83fc1fe381857965b4af6e4def7511f"},
    {"01cf85cfeb36d628ca2e6f583fa2331be029b6b28e877e1008fb3f862306c086",
     "1a71797cab8ed23c72233b7706b166a33049e4e87dfbc55b9e252f9c1843eca6",
     "ff9b5729d5ed88f97042a190185d50112cecdbd62ff67f57dcde221e63bc95a7"},
    {"657c0cf2531d5219dc34b4e03f94278f78efc7c90cc0f03b48049bf66572d070",
     "aa0c9bac7049aa6590344e7087fa4fe96c87256701f1333b3141cdc3da986df9",
     "59f72a644cc900c2a61e9d99c19c54e6ffa7170f5fc2b3da46d5be80b5e6527f"},
    {"88ee87e8038f8aa94057d5809adee8d12f9cb6657338171942695fad51fb8df1",
     "82ac6804ce9420de48c14353da1b4a6a617d24531240275b44e719078a9d291d",
     "0f48d723bab49fb3d0ee3d26863dc1b46bc0bf791a4886068c1b92359f56b2c0"},
    {"274830656c6f7de1daf729d11c57c40ef271a101a831d89e45f034ce7bd71d9d",
     "b2623630e6d08b83fa8c247fa735ecfe22dcd04e8b55b2cc7971d77df8548053",
     "e25c8a7108b51669637d070cc11ad8b07e5ef9efdf5e9c1f97378327209eb599"},
    {"dc1f0fc026d3200a1781f0989dd1801022e028e8afe5d953a033e6d35e8ea50b",
     "9186ad42806e6d9d3aa5fd2bf1d60dfecc69c63c1292cc024f9860f38f12af03",
     "f283f7245157477f2a368446b5985b2b4b9e738685b46db9d781da01c49494aa"},
    {"0649b1e1e7f34be457c44146e449299109167b9199101349873142ed05878b96",
     "98810b1ec3d136e358b3b73a27c6291201d5c87eb331ba60dd1fe337a1e4ff40",
     "c2aebcd0d95d08b9fa7165a373cc0198ec445400f3852af4f5c8b5e7eb326dab"},
    {"0b8c0cc8ebbd56e275b60cf73133387322a42448986dc3858b31eef23098e8e8",
     "5ed345419c782aa68b990bb677fd5ae54fb71b049f55095b228eb6c7ba49dbc4",
     "f67919370b8e43abb9221a2b968bac456b88cfd28f10289add9711d8529bb631"},
    {"01cf85cfeb36d628ca2e6f583fa2331be029b6b28e877e1008fb3f862306c086",
     "9f44ac6acb8a37b00b615dc89259d306035be82dee7db2b472e4c48326195440",
     "ff9b5729d5ed88f97042a190185d50112cecdbd62ff67f57dcde221e63bc95a7"},
    {"ea87c0c1539dfbbd804c58717ecf30f5b50b946638a39fdaf6712253b952ab40",
     "f896c3a5f9841b6e1f0a22bd35a6a1bc5efb28aaa23b66301ec8098ce57cf99a",
     "22ae2b8e7a5da85559baebfdca136d02f9721b91a36534e947aca4cd2035e480"},
    {"5b5ca90960b8594498cc778421a40ff2aed14d788d06ede5d4a41207933d3e13",
     "27ecd0a598e76f8a2fd264d427df0a119903e8eae384e478902541756f089dd1",
     "509e422770f878df46204b70c128fc4ab4246c9eb1a45166e791cf58b78050f5"},
    {"86c779d69df35dd466459fa498249d58d0cff42d4a65f112842d0a81d93c3774",
     "f896c3a5f9841b6e1f0a22bd35a6a1bc5efb28aaa23b66301ec8098ce57cf99a",
     "22ae2b8e7a5da85559baebfdca136d02f9721b91a36534e947aca4cd2035e480"},
    {"d9ef2f4d617d921548e1e01da5af2b7ff67e7ed24a0cbd2e29fd30f4cce6ac4e",
     "499ae0600c64765b309ab3cfebe22a70f8e51e7955dc791d01d9149a20d6bbd5",
     "531b78b4eca6252ac436e2f99be7c652954ba08a37be46fb8fbfc94e285727cd"},
    {"01cf85cfeb36d628ca2e6f583fa2331be029b6b28e877e1008fb3f862306c086",
     "1a71797cab8ed23c72233b7706b166a33049e4e87dfbc55b9e252f9c1843eca6",
     "ff9b5729d5ed88f97042a190185d50112cecdbd62ff67f57dcde221e63bc95a7"},
    {"ea87c0c1539dfbbd804c58717ecf30f5b50b946638a39fdaf6712253b952ab40",
     "92279f2e8f32b4c8d8122e22f6d185424b36d678cf5a4dd041e99482977dac3c",
     "1b3824d2bbf63ef6ed6c64775053e7ac262bd107d9a1b9a1ad272e758beb2e97"},
    {"5b5ca90960b8594498cc778421a40ff2aed14d788d06ede5d4a41207933d3e13",
     "637513d8155a9059a2796e42c84d31d2540516c5e759befcebfee5691ae7eee7",
     "d04b562f85df3b0c3024e38aaa5fb2d142869697e98190514966d5e6b9733af5"},
    {"8f5dff2ff3f971b847284fb225522005587449fad2746879a0280bbd036f1abc",
     "6343c2264acc770f4a2618f16fbcddc1e4d8a79ba78e8775bd4bdc048f468d35",
     "a82c98e5beea06668c787695bbdd2e8ad126c3c7b2ace83dd3402f39b3ba1784"},
    {"4f6de867c24682cee05db95d48e1ea47cf5f8b6e74fe07582d3cd8cecaea84b7",
     "f003659e67e8d9863930f454903c16004fc0b2422c763ece8ee9a576994a5a1d",
     "a6f4538c8ee31a7170ee4eff2a41b30183cdfa270ff7eac8c345463f7194beb5"},
    {"768c5b90ed7ae5b727381e331fac83d7defd397d040f46ba067c80ec2af3eb33",
     "2038e3437ac028968344be737195eab1e195ca65854716a252b4a5776bbe09d5",
     "dd2430e3a369a0321f8d0a3a535524e645b5c16f84b3cd8a041ff1e9f5a926ff"},
    {"01cf85cfeb36d628ca2e6f583fa2331be029b6b28e877e1008fb3f862306c086",
     "1a71797cab8ed23c72233b7706b166a33049e4e87dfbc55b9e252f9c1843eca6",
     "ff9b5729d5ed88f97042a190185d50112cecdbd62ff67f57dcde221e63bc95a7"},
    {"4c4384399821a8ed7526d8b29dc6f76ad87014ade285386e7d05d71e61d86c7c",
     "ce68b01101cc0225830c030171e3aeb59b5d9749c4ba729276b7e9bd0b069459",
     "512f3ce939d729e21d85e3269e072fd9b541d354cf8a3c96504868ca45ddc79e"},
    {"23c43da46c9b2cdc82d54385808ae5b3ffe3606ae516231d2869fea82067c204",
     "ae44b0b5a0e2a6a8c601b1768408effa07df26b877421d5ea3b2ee79d6787672",
     "9ed5b8a10c68d0716b62d0b2f96d9a4817b2052268f9eb1be1fa589f457213c4"},
    {"b0c45256eea6bf29c0390e82ce89efe2974db7af5dad8f14d25dad6a92cf3faf",
     "a5d6afb1fc59b905ad151db2279bf339c3a47fc343f137b8cc53cd6a1976b560",
     "a70a026baf77248379c7760b5aabcc5dcc8de7437f58f06213bcde9cf2cf5745"},
    {"132fba96cd6130c57d63f8eb2b9a245deaa8a618c4cb9793af32f1190624e6bd",
     "c22f164b80188197527b0cfbe7ad76b109b85f6996704f29777a100ad70f2518",
     "2a59499c5e9f9ed34bbb6571d08ca8f5ab50e64872070356c53cbd4480d0536d"},
    {"954d9283d02236a4f1cd6d1cdf8f8c8a0ced4fc18f14a8380574c4d09485ec60",
     "cf4cb65205f80c38bf99ea0cd3e70131deb4162dd27006401800778939723dc4",
     "dd68780bb7213d69d5ac7f2f2cf300ff777164feeaab67e13642f2a08cd2df3c"},
    {"da9ab333c3de358c2e5aead8a9ced5cbe5dda7fc454ade82180596120c5abdc6",
     "acb314ced6ec890e313d66c78530e3600b40e01b7ea7401cf46c30abfe63f8da",
     "8969a59cd6fcd9afcd711ed8a58fb4388a47abeada0563bf27fc4bb234b51e07"},
    {"5ac45cbc29a66cd2f10dad87daf37dbb5fa905f5647586fc5f2eafca5d349bac",
     "1140f3cb287564bdc164c930cc53cd91e14c3cd699df05281e67498b4aab0850",
     "7f55bec51828eb4d039223313ca9b14c51d49849f05baca4035d19375526f541"},
    {"01cf85cfeb36d628ca2e6f583fa2331be029b6b28e877e1008fb3f862306c086",
     "1a71797cab8ed23c72233b7706b166a33049e4e87dfbc55b9e252f9c1843eca6",
     "ff9b5729d5ed88f97042a190185d50112cecdbd62ff67f57dcde221e63bc95a7"},
    {"4c4384399821a8ed7526d8b29dc6f76ad87014ade285386e7d05d71e61d86c7c",
     "ce68b01101cc0225830c030171e3aeb59b5d9749c4ba729276b7e9bd0b069459",
     "512f3ce939d729e21d85e3269e072fd9b541d354cf8a3c96504868ca45ddc79e"},
    {"23c43da46c9b2cdc82d54385808ae5b3ffe3606ae516231d2869fea82067c204",
     "ae44b0b5a0e2a6a8c601b1768408effa07df26b877421d5ea3b2ee79d6787672",
     "9ed5b8a10c68d0716b62d0b2f96d9a4817b2052268f9eb1be1fa589f457213c4"},
    {"b0c45256eea6bf29c0390e82ce89efe2974db7af5dad8f14d25dad6a92cf3faf",
     "a5d6afb1fc59b905ad151db2279bf339c3a47fc343f137b8cc53cd6a1976b560",
     "a70a026baf77248379c7760b5aabcc5dcc8de7437f58f06213bcde9cf2cf5745"},
    {"132fba96cd6130c57d63f8eb2b9a245deaa8a618c4cb9793af32f1190624e6bd",
     "c22f164b80188197527b0cfbe7ad76b109b85f6996704f29777a100ad70f2518",
     "2a59499c5e9f9ed34bbb6571d08ca8f5ab50e64872070356c53cbd4480d0536d"},
    {"954d9283d02236a4f1cd6d1cdf8f8c8a0ced4fc18f14a8380574c4d09485ec60",
     "cf4cb65205f80c38bf99ea0cd3e70131deb4162dd27006401800778939723dc4",
     "dd68780bb7213d69d5ac7f2f2cf300ff777164feeaab67e13642f2a08cd2df3c"},
    {"da9ab333c3de358c2e5aead8a9ced5cbe5dda7fc454ade82180596120c5abdc6",
     "acb314ced6ec890e313d66c78530e3600b40e01b7ea7401cf46c30abfe63f8da",
     "8969a59cd6fcd9afcd711ed8a58fb4388a47abeada0563bf27fc4bb234b51e07"},
    {"5ac45cbc29a66cd2f10dad87daf37dbb5fa905f5647586fc5f2eafca5d349bac",
     "1140f3cb287564bdc164c930cc53cd91e14c3cd699df05281e67498b4aab0850",
     "7f55bec51828eb4d039223313ca9b14c51d49849f05baca4035d19375526f541"},
    {"048b20422b487b8eeba059a219589ad477e5f11eb769c7fea658b63f1bb1d405",
     "ebc83f880e580deb67fce980b8266788546c4d98a4d28fce2ec110a7584ddb13",
     "fe61975c99886ae2beb4bd80ee42c852df6b3397d9b1e8300fdb5a035680fbce"},
    {"ff89416f14a9369d7ef3f9a23057878320aa7b777c7233a79f2b0cab812a3e7a",
     "0bd65c99036abfc195ae62c7b057a16bc954c2edd5fb111e28621f6f5cfdbfe3",
     "a18b9e16b80d6cc8c18ce5f6828c21a65935c211e8e21d498dd542a4c4caa256"},
    {"01cf85cfeb36d628ca2e6f583fa2331be029b6b28e877e1008fb3f862306c086",
     "ff9b5729d5ed88f97042a190185d50112cecdbd62ff67f57dcde221e63bc95a7",
     "ef07c685a9e7098418470f82267513bcd6ba636723edd58c2024c22b5c102026"},
    {"8f5dff2ff3f971b847284fb225522005587449fad2746879a0280bbd036f1abc",
     "ff9b5729d5ed88f97042a190185d50112cecdbd62ff67f57dcde221e63bc95a7",
     "ef07c685a9e7098418470f82267513bcd6ba636723edd58c2024c22b5c102026"},
    {"768c5b90ed7ae5b727381e331fac83d7defd397d040f46ba067c80ec2af3eb33",
     "509e422770f878df46204b70c128fc4ab4246c9eb1a45166e791cf58b78050f5",
     "aa9f3049056994e06ba8c56d45fe18f2be1b0bb70acde2048aec0e261375a2f5"},
    {"4f6de867c24682cee05db95d48e1ea47cf5f8b6e74fe07582d3cd8cecaea84b7",
     "f2f312e8c015c1ffcdf340f6949e336b893b6481879bad246c679559339c6a71",
     "25b28030aba88c650f998ed2996f6a5cf25a8581b6401fc650a9556396d77499"},
    {"41edeaec86ac919e3c184057b021753781bd2ac1d60b8d4329375f60df953097",
     "ad154dbeef12528a512e6ccf5f13589e2623bf407b73e1683f823bb674341636",
     "719c43d44282e13f054cdf6163cd980b2d6e7d40f172e22c6ea8897d0324247f"},
    {"31d69356947365e8a3dd9706774182e86774af1aa6550055efc56a22bb594745",
     "57689c3ea8617da95453e161536788122711133109fa3d7039779b60ef92a691",
     "8fed22c309f7cdcfe5e1d2ca26ea417e0ff5954115c0f46df1aa7b301b03bada"},
    {"bd89c47c2379a69e8e0d46ff634c533449e8e7e532e84def4e2b2e168bc786e7",
     "f3f05b039ece5a8008f0cc9268663ab955026d70a63d7862fd2cb28c338b5fcc",
     "299133ad5e1463493cfc236432b5f259b7fd200e6f24def1d12ae849dd9e895f"},
};

TEST_CASE("hashing: values of every kind have the hashes that all implementations give them",
          "[daml][hashing]") {
  const auto values = known_values();
  REQUIRE(values.size() == std::size(kKnownHashes));
  for (std::size_t i = 0; i < values.size(); ++i) {
    INFO(i << " " << to_text(values[i]));
    CHECK(hash(Scheme::kPlain, values[i]) == kKnownHashes[i].plain);
    CHECK(hash(Scheme::kUpgradable, values[i]) == kKnownHashes[i].upgradable);
    CHECK(hash(Scheme::kUpgradable, record({values[i]})) == kKnownHashes[i].only_field);
  }
}

TEST_CASE("hashing: type names, labels and ranks do not count", "[daml][hashing]") {
  const Value bare = record({Value::int64(1), enumeration("Red")});
  const Value typed =
      Value::record(type_name("p:M:R"), labels({"a", "b"}),
                    {Value::int64(1), Value::enumeration({type_name("p:M:Color"),
                                                          Name::literal("Red"), 7})});
  for (const Scheme scheme : {Scheme::kPlain, Scheme::kUpgradable})
    CHECK(hash(scheme, bare) == hash(scheme, typed));
}

TEST_CASE("hashing: a field that says nothing does not count where upgrades add fields",
          "[daml][hashing]") {
  const Value bare = record({Value::int64(42)});
  for (const Value& silent :
       {Value(), Value::boolean(false), Value::int64(0), numeric("0.00"), date("1970-01-01"),
        time("1970-01-01T00:00:00Z"), text(""), Value::none(), Value::list({}), text_map({}),
        Value::gen_map({})}) {
    INFO(kind_name(silent.kind()));
    const Value longer = record({Value::int64(42), silent});
    CHECK(hash(Scheme::kUpgradable, bare) == hash(Scheme::kUpgradable, longer));
    CHECK(hash(Scheme::kPlain, bare) != hash(Scheme::kPlain, longer));
  }
}

Value everything() {
  return record({Value::int64(0),
                 Value::int64(123456),
                 Value::int64(-1),
                 numeric("0.0000000000"),
                 numeric("0.3333333333"),
                 Value::boolean(true),
                 Value::boolean(false),
                 Value::date(Date()),
                 Value::date(Date::from_days(123456).value()),
                 Value::timestamp(Timestamp()),
                 Value::timestamp(Timestamp::from_micros(123456).value()),
                 text(""),
                 text("abcd-\u00e4\u00f6\u00fc\u20ac"),
                 party("Alice"),
                 Value(),
                 Value::none(),
                 Value::some(text("Some")),
                 Value::list({text("A"), text("B"), text("C")}),
                 variant("Variant", Value::int64(0)),
                 record({text("field1"), text("field2")}),
                 text_map({{"keyB", text("valueB")}, {"keyA", text("valueA")}})});
}

TEST_CASE("hashing: a key is hashed under its template, or under the name of its package",
          "[daml][hashing]") {
  const Identifier name = Identifier::literal("package:module:name");
  const PackageName package = PackageName::literal("package-name");
  CHECK(to_hex(hash_contract_key(name, everything()).value().view()) ==
        "ea24627f5b014af67dbedb13d950e60be7f96a1a5bd9fb1a3b9a85b7fa9db4bc");
  CHECK(to_hex(hash_upgradable_contract_key(package, name, everything()).value().view()) ==
        "d813c4acad3267e385f844c7c0e912d5867ab3c8ee64a62f6a426ea266fd14b3");
  const Identifier upgraded = Identifier::literal("package2:module:name");
  CHECK(hash_contract_key(name, everything()).value() !=
        hash_contract_key(upgraded, everything()).value());
  CHECK(hash_upgradable_contract_key(package, name, everything()).value() ==
        hash_upgradable_contract_key(package, upgraded, everything()).value());
  CHECK(to_hex(hash_contract_key(Identifier::literal("package:Module:upgradable"),
                                 Value::boolean(true))
                   .value()
                   .view()) ==
        "efab35fcbc9e2336fcc63259ba65e6601903be0a373c0b0f4d761872ffb23ded");
}

TEST_CASE("hashing: where names and texts begin and end changes the hash", "[daml][hashing]") {
  const auto key = [](std::string_view name, Value value) {
    return hash_contract_key(Identifier::literal(name), value).value();
  };
  CHECK(key("p:AA:A", text("x")) != key("p:A:AA", text("x")));
  CHECK(key("p:A.B:C", text("x")) != key("p:A:B.C", text("x")));
  CHECK(key("p:A:B", Value::list({text("AA"), text("A")})) !=
        key("p:A:B", Value::list({text("A"), text("AA")})));
  CHECK(key("p:A:B", Value::list({Value::list({Value()}), Value::list({Value(), Value()})})) !=
        key("p:A:B", Value::list({Value::list({Value(), Value()}), Value::list({Value()})})));
}

TEST_CASE("hashing: a key with a contract id is refused, an argument with one is not",
          "[daml][hashing]") {
  const Identifier name = Identifier::literal("p:M:T");
  const Value id = contract("00" + std::string(64, 'a'));
  const Value inside = record({Value::int64(1), Value::list({Value::some(id)})});
  const auto key = hash_contract_key(name, inside);
  CHECK(key.status().code() == Code::kInvalidArgument);
  CHECK_THAT(key.status().message(), Catch::Contains("00" + std::string(64, 'a')));
  CHECK_FALSE(hash_upgradable_contract_key(PackageName::literal("n"), name, inside).ok());
  CHECK(hash_contract_instance(name, inside).ok());
}

TEST_CASE("hashing: what is nested too deep has no hash", "[daml][hashing]") {
  const Identifier name = Identifier::literal("p:M:T");
  CHECK(hash_contract_key(name, nested(100)).ok());
  CHECK_FALSE(hash_contract_key(name, nested(101)).ok());
  CHECK_FALSE(hash_contract_instance(name, nested(1'000'000)).ok());
}

TEST_CASE("hashing: a maintainer's key depends on the key and on the party", "[daml][hashing]") {
  const auto maintained = [](std::string_view key, std::string_view maintainer) {
    const Hash hash = hash_maintainer_key(hash_from_hex(key).value(), Party::literal(maintainer));
    return to_hex(hash.view());
  };
  CHECK(maintained("01cf85cfeb36d628ca2e6f583fa2331be029b6b28e877e1008fb3f862306c086", "alice") ==
        "6ac76f1cb2b75305a6c910641ae39463321e09104d49d9aa32638d1d3286430c");
  CHECK(maintained("5a97286594af94c406d9354d35bf515a12e9d46b61f6dd6d4679e85395fde5f6", "bob") ==
        "6874798ccf6ec1577955d61a6b6d96247f823515ef3afe8b1e086b3533a4fd56");
}

TEST_CASE("hashing: every part of a seed changes it, parties count as a set", "[daml][hashing]") {
  const Hash nonce = hash_private_key("nonce");
  const auto submission = [&nonce](std::string_view application, std::string_view command,
                                   std::string_view submitter) {
    return derive_submission_seed(nonce, ApplicationId::literal(application),
                                  CommandId::literal(command), Party::literal(submitter));
  };
  const std::set<Hash> seeds = {submission("a", "b", "c"), submission("ab", "b", "c"),
                                submission("a", "bb", "c"), submission("a", "b", "cc"),
                                derive_node_seed(nonce, 0), derive_node_seed(nonce, 1)};
  CHECK(seeds.size() == 6);
  const auto time_of = [](std::int64_t micros) { return Timestamp::from_micros(micros).value(); };
  CHECK(derive_transaction_seed(nonce, ParticipantId::literal("p"), time_of(1)) !=
        derive_transaction_seed(nonce, ParticipantId::literal("p"), time_of(2)));
  const std::set<Party> both = {Party::literal("b"), Party::literal("a")};
  CHECK(derive_contract_discriminator(nonce, time_of(1), both) !=
        derive_contract_discriminator(nonce, time_of(1), {Party::literal("ab")}));
  CHECK(hash_change_id(ApplicationId::literal("a"), CommandId::literal("c"), both) ==
        hash_change_id(ApplicationId::literal("a"), CommandId::literal("c"),
                       {Party::literal("a"), Party::literal("b"), Party::literal("a")}));
}

} // namespace
} // namespace tenon::daml
