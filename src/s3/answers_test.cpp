#include "s3/answers.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "s3/uri.h"

namespace upkeep::s3 {
namespace {

const std::string object_a =
    "<Contents><Key>a</Key><LastModified>2024-01-02T03:04:05.678Z</LastModified>"
    "<ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag><Size>7</Size>"
    "<Owner><ID>x</ID><DisplayName/></Owner><StorageClass>STANDARD</StorageClass></Contents>";

/// A page with these elements, which says that it is the last one.
std::string page_of(std::string_view elements) {
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>b</Name>"
      "<IsTruncated>false</IsTruncated>{}</ListBucketResult>",
      elements);
}

std::string object_of(std::string_view key) {
  return fmt::format(
      "<Contents><Key>{}</Key><LastModified>2024-01-02T03:04:05.000Z</LastModified>"
      "<Size>1</Size></Contents>",
      key);
}

std::string problem_of(std::string_view xml) {
  const auto page = read_list_page(xml);
  return page ? "(none)" : page.error().text;
}

std::string key_of(std::string_view page) {
  const auto read = read_list_page(page);
  if (!read) return read.error().text;
  return read->objects.size() == 1 ? read->objects[0].key : "(not one)";
}

TEST(ListPage, an_object_has_key_size_and_date) {
  const auto page = read_list_page(page_of(object_a + "<KeyCount>1</KeyCount>"));
  ASSERT_TRUE(page.has_value()) << page.error().text;
  ASSERT_EQ(page->objects.size(), 1u);
  EXPECT_EQ(page->objects[0].key, "a");
  EXPECT_EQ(page->objects[0].size, 7u);
  EXPECT_EQ(to_text(page->objects[0].modified), "2024-01-02T03:04:05.678Z");
  EXPECT_FALSE(page->truncated);
  EXPECT_EQ(page->next_token, "");
}

TEST(ListPage, a_truncated_page_has_a_token_and_cut_keys_are_prefixes) {
  const auto page = read_list_page(
      "<ListBucketResult><Prefix>p</Prefix><EncodingType>url</EncodingType>"
      "<CommonPrefixes><Prefix>a+b/</Prefix></CommonPrefixes>"
      "<CommonPrefixes><Prefix>c%2F/</Prefix></CommonPrefixes><KeyCount>2</KeyCount>"
      "<NextContinuationToken>1/&amp;+%2B==</NextContinuationToken>"
      "<IsTruncated>true</IsTruncated></ListBucketResult>");
  ASSERT_TRUE(page.has_value()) << page.error().text;
  EXPECT_TRUE(page->truncated);
  EXPECT_EQ(page->next_token, "1/&+%2B==");  // a token is never encoded
  EXPECT_EQ(page->prefixes, (std::vector<std::string>{"a b/", "c//"}));
}

TEST(ListPage, keys_are_decoded_where_the_answer_says_that_they_are_encoded) {
  const std::string encoding = "<EncodingType>url</EncodingType>";
  const std::string odd = object_of("a%3Db%2B+%25//%C3%BC%01%0A");
  EXPECT_EQ(key_of(page_of(encoding + odd)), "a=b+ %//ü\x01\n");
  EXPECT_EQ(key_of(page_of(odd + encoding)), "a=b+ %//ü\x01\n");
  EXPECT_EQ(key_of(page_of(odd)), "a%3Db%2B+%25//%C3%BC%01%0A");
}

TEST(ListPage, keys_are_unescaped_in_each_way_that_xml_has) {
  EXPECT_EQ(key_of(page_of(object_of("&lt;&gt;&amp;&quot;&apos;&#32;&#xfc;&#x1F600;&#x1;"))),
            "<>&\"' ü😀\x01");
  EXPECT_EQ(key_of(page_of(object_of("a<![CDATA[<&amp;]]>b&amp;<!-- no -->c"))), "a<&amp;b&c");
  EXPECT_EQ(key_of(page_of(object_of("<![CDATA[x]]>"))), "x");
  EXPECT_EQ(key_of(page_of(object_of(" a\n"))), " a\n");
}

TEST(ListPage, prefixes_of_namespaces_and_unknown_elements_change_nothing) {
  const std::string page =
      "<!-- hello --><s3:ListBucketResult xmlns:s3='a>b'><s3:IsTruncated>false</s3:IsTruncated>"
      "<s3:New><Key>not this</Key><Contents/></s3:New>"
      "<s3:Contents a=\"<x>\" ><s3:Key >k</s3:Key ><s3:Size>1</s3:Size>"
      "<s3:LastModified>2024-01-02T03:04:05Z</s3:LastModified><s3:Owner><s3:Key>no</s3:Key>"
      "</s3:Owner></s3:Contents></s3:ListBucketResult>\n<!-- end -->\n";
  EXPECT_EQ(key_of(page), "k");
}

TEST(ListPage, nothing_is_a_page_too) {
  const auto page = read_list_page(page_of("<KeyCount>0</KeyCount>"));
  ASSERT_TRUE(page.has_value()) << page.error().text;
  EXPECT_TRUE(page->objects.empty() && page->prefixes.empty());
}

TEST(ListPage, a_page_cut_off_anywhere_is_an_error) {
  const std::string whole = page_of(object_a + object_of("b") + "<KeyCount>2</KeyCount>");
  ASSERT_TRUE(read_list_page(whole).has_value());
  for (std::size_t length = 0; length < whole.size(); ++length) {
    ASSERT_FALSE(read_list_page(whole.substr(0, length)).has_value()) << whole.substr(0, length);
  }
  EXPECT_EQ(problem_of(whole.substr(0, 200)),
            "the answer to a listing cannot be used: it is cut off at byte 200");
}

TEST(ListPage, what_is_incomplete_is_an_error_that_says_so) {
  const auto says = [](std::string_view xml, std::string_view problem) {
    EXPECT_EQ(problem_of(xml), "the answer to a listing cannot be used: " + std::string(problem));
  };
  says("<ListBucketResult></ListBucketResult>",
       "it does not say whether there is more (IsTruncated)");
  says("<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
       "there is more, but no token to get it with: the server does not know ListObjectsV2");
  says(page_of("<IsTruncated>false</IsTruncated>"),
       "`IsTruncated` is `false`; expected once true or false");
  says(page_of("<KeyCount>2</KeyCount>" + object_a), "it announces 2 keys and holds 1");
  says(page_of("<KeyCount>many</KeyCount>"), "`KeyCount` is `many`");
  says(page_of("<EncodingType>base64</EncodingType>"), "its encoding `base64` is not known");
  says(page_of("<EncodingType>url</EncodingType>" + object_of("a%2")),
       "a key is not encoded as it says");
  says(page_of(object_a + "<Contents><Key>b</Key><Size>1</Size></Contents>"),
       "object 2 has no key, size or date");
  says(page_of(object_of("")), "an object has not exactly one key");
  says(page_of("<Contents><Key>b</Key><Key>c</Key></Contents>"),
       "an object has not exactly one key");
  says(page_of("<Contents><Size>-1</Size></Contents>"), "an object has the size `-1`");
  says(page_of("<Contents><Size>18446744073709551616</Size></Contents>"),
       "an object has the size `18446744073709551616`");
  says(page_of("<Contents><LastModified>2024-02-30T00:00:00.000Z</LastModified></Contents>"),
       "an object has the date `2024-02-30T00:00:00.000Z`");
  says(page_of("<Contents><Key><b/></Key></Contents>"), "`b` stands where text is expected");
  says("<html><body>Welcome to the hotel</body></html>", "`html` is no list of objects");
  says("<Error><Code>InternalError</Code><Message>Try again.</Message></Error>",
       "it is the error InternalError: Try again.");
  says("<Error/>", "it is an error that does not say which");
}

TEST(ListPage, what_is_malformed_is_an_error) {
  for (const char* xml :
       {"", " ", "{}", "plain text", "<", "<>", "<a", "<a><b></a>", "<a></b>", "</a>",
        "<ListBucketResult></ListBucketResultX>",
        "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult><b/>",
        "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>x",
        "<ListBucketResult><IsTruncated>&false;</IsTruncated></ListBucketResult>",
        "<ListBucketResult><IsTruncated>false<![CDATA[</IsTruncated></ListBucketResult>",
        "<!DOCTYPE a [<!ENTITY b \"c\">]><ListBucketResult/>", "<a <b></a>", "<a b='></a>"}) {
    EXPECT_NE(problem_of(xml), "(none)") << xml;
  }
  for (const char* key : {"&", "&;", "&#;", "&#x;", "&#xd800;", "&#x110000;", "&nbsp;", "&amp",
                          "&#99999999999;", "&#-1;"}) {
    EXPECT_NE(problem_of(page_of(object_of(key))), "(none)") << key;
  }
  std::string deep;
  for (int i = 0; i < 200; ++i) deep += "<a>";
  EXPECT_NE(problem_of(page_of(deep)), "(none)");
}

RC_GTEST_PROP(ListPage, every_key_comes_back_as_it_was, (std::vector<std::string> keys)) {
  std::string objects = "<EncodingType>url</EncodingType>";
  std::vector<std::string> expected;
  for (const std::string& key : keys) {
    if (key.empty()) continue;
    objects += object_of(encoded(key, Slash::kept));
    expected.push_back(key);
  }
  const auto page = read_list_page(page_of(objects));
  RC_ASSERT(page.has_value());
  std::vector<std::string> read;
  for (const ListedObject& object : page->objects) read.push_back(object.key);
  RC_ASSERT(read == expected);
}

TEST(Refusal, it_says_what_the_server_says) {
  const auto refusal = read_refusal(
      "<?xml version=\"1.0\"?><Error><Code>PermanentRedirect</Code><Message>Use &lt;that&gt;"
      "</Message><Endpoint>e</Endpoint><Region>eu-west-1</Region><HostId><a/></HostId></Error>");
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->code, "PermanentRedirect");
  EXPECT_EQ(refusal->message, "Use <that>");
  EXPECT_EQ(refusal->region, "eu-west-1");
}

TEST(Refusal, the_one_of_sts_is_understood_too) {
  const auto refusal = read_refusal(
      "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><RequestId>r</RequestId>"
      "<Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error>"
      "</ErrorResponse>");
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->code, "AccessDenied");
}

TEST(Refusal, anything_else_is_none) {
  for (const char* text : {"", "no", "<Error>", "<Error></Error>", "<Error><Code></Code></Error>",
                           "<Error><Code>a</Code>", "<a><Error><Code>a</Code></Error></a>",
                           "<ErrorResponse><a/></ErrorResponse>", "<html/>"}) {
    EXPECT_FALSE(read_refusal(text).has_value()) << text;
  }
}

TEST(AssumedRole, its_credentials_expire) {
  const std::string whole =
      "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>"
      "<AssumedRoleUser><Arn>arn</Arn></AssumedRoleUser><Credentials><AccessKeyId>ASIA</"
      "AccessKeyId>"
      "<SecretAccessKey>s/+</SecretAccessKey><SessionToken>t==</SessionToken>"
      "<Expiration>2024-01-02T03:04:05Z</Expiration></Credentials></AssumeRoleResult>"
      "</AssumeRoleResponse>";
  const auto made = read_assumed_role(whole);
  ASSERT_TRUE(made.has_value()) << made.error().text;
  EXPECT_EQ(*made, (Credentials{"ASIA", "s/+", "t==", parse_time("2024-01-02T03:04:05Z")}));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    ASSERT_FALSE(read_assumed_role(whole.substr(0, length)).has_value());
  }
}

}  // namespace
}  // namespace upkeep::s3
