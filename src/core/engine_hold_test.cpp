// What is not believed without a person, and what is unknown: nothing is filled then.
#include "core/engine_test_world.h"

namespace upkeep::engine_test {
namespace {

using Standing = CollectionView::Standing;

/// Thirty partitions that are all there, begun.
struct Whole : World {
  Whole() {
    add("a", 30);
    put_all("a", 30);
    begin();
  }
  void lose(int count) {
    for (int i = 0; i < count; ++i) objects.erase("a/" + std::to_string(i));
  }
};

TEST(Hold, a_first_inventory_is_believed_however_empty) {
  World world;
  world.add("a", 5000);
  world.begin();
  EXPECT_EQ(world.view().standing, Standing::known);
  EXPECT_EQ(world.running.size(), 5);
}

TEST(Hold, a_small_loss_is_filled_again_and_known_since_its_inventory) {
  Whole world;
  world.lose(9);
  world.pass(1h);
  EXPECT_EQ(world.running.size(), 5);
  const Task task = world.engine->queue(world.now).tasks.at(0);
  EXPECT_EQ(task.since, world.view().coverage->taken_at);
  EXPECT_EQ(world.incident("held_loss"), nullptr);
}

TEST(Hold, a_large_loss_starts_nothing_until_an_ack) {
  Whole world;
  world.lose(12);
  world.pass(1h);
  EXPECT_EQ(world.view().standing, Standing::held);
  EXPECT_TRUE(world.started.empty());
  ASSERT_NE(world.incident("held_loss"), nullptr);
  EXPECT_EQ(world.incident("held_loss")->amount, 12);
  const Queue queue = world.engine->queue(world.now);
  EXPECT_EQ(queue.total_gaps, 12);
  EXPECT_EQ(queue.tasks.at(0).status, Task::Status::held);
  EXPECT_EQ(queue.tasks.at(0).held_by, world.incident("held_loss")->text);
  world.send(AckAsked{world.incident("held_loss")->id});
  EXPECT_EQ(world.view().standing, Standing::known);
  EXPECT_EQ(world.incident("held_loss"), nullptr);
  EXPECT_EQ(world.running.size(), 5);
}

TEST(Hold, another_amount_in_the_next_inventory_renews_what_the_incident_says) {
  Whole world;
  world.config.loop.reconcile_every = 2h;
  world.lose(12);
  world.pass(2h);
  const IncidentRow first = *world.incident("held_loss");
  EXPECT_EQ(first.amount, 12);
  world.now += 10min;
  world.lose(14);
  world.restart();
  const IncidentRow& renewed = *world.incident("held_loss");
  EXPECT_EQ(renewed.id, first.id);
  EXPECT_EQ(renewed.since, first.since);
  EXPECT_EQ(renewed.amount, 14);
  EXPECT_NE(renewed.text.find("lost 14 of 30 objects"), std::string::npos) << renewed.text;
}

TEST(Hold, another_growth_renews_what_the_incident_says) {
  World world;
  world.add("a", 100);
  world.put_all("a", 100);
  world.begin();
  world.resize({0}, 5000);
  world.pass(1h);
  world.resize({0}, 5100);
  world.pass(1h);
  ASSERT_NE(world.incident("held_growth"), nullptr);
  EXPECT_EQ(world.incident("held_growth")->amount, 5100);
  EXPECT_NE(world.incident("held_growth")->text.find("5,100 partitions"), std::string::npos);
}

TEST(Hold, numbers_in_texts_have_separators) {
  World world;
  world.add("a", 3000);
  world.put_all("a", 3000);
  world.begin();
  world.objects.clear();
  world.pass(1h);
  const std::string text = world.incident("held_loss")->text;
  EXPECT_NE(text.find("lost 3,000 of 3,000 objects"), std::string::npos) << text;
}

TEST(Hold, a_later_inventory_confirms_a_large_loss) {
  Whole world;
  world.lose(12);
  world.pass(1h);
  ASSERT_NE(world.incident("held_loss"), nullptr);
  world.pass(1h);
  EXPECT_EQ(world.incident("held_loss"), nullptr);
  EXPECT_EQ(world.running.size(), 5);
}

TEST(Hold, a_loss_that_comes_back_is_forgotten) {
  Whole world;
  world.lose(12);
  world.pass(1h);
  world.put_all("a", 30);
  world.pass(1h);
  EXPECT_EQ(world.incident("held_loss"), nullptr);
  EXPECT_TRUE(world.started.empty());
}

TEST(Hold, a_loss_is_held_across_a_restart_and_an_ack_of_an_earlier_life_counts) {
  Whole world;
  world.lose(12);
  world.pass(1h);
  world.restart();
  EXPECT_EQ(world.view().standing, Standing::held);
  EXPECT_TRUE(world.started.empty());
  for (auto& [id, row] : world.state.incidents) {
    if (row.kind == "held_loss") row.state = IncidentRow::State::acked;
  }
  world.restart();
  EXPECT_EQ(world.view().standing, Standing::known);
  EXPECT_EQ(world.running.size(), 5);
}

TEST(Hold, deleting_the_cache_releases_no_held_loss) {
  Whole world;
  world.lose(12);
  world.pass(1h);
  world.forget_coverage();
  world.restart();
  EXPECT_EQ(world.view().standing, Standing::held);
  EXPECT_TRUE(world.started.empty());
  world.send(AckAsked{world.incident("held_loss")->id});
  EXPECT_EQ(world.view().standing, Standing::known);
  EXPECT_EQ(world.running.size(), 5);
}

TEST(Hold, an_ack_does_not_cover_a_much_larger_loss) {
  Whole world;
  world.lose(12);
  world.pass(1h);
  const IncidentId id = world.incident("held_loss")->id;
  world.lose(30);
  world.send(AckAsked{id});
  EXPECT_EQ(world.view().standing, Standing::held);
  ASSERT_NE(world.incident("held_loss"), nullptr);
  EXPECT_EQ(world.incident("held_loss")->state, IncidentRow::State::open);
  EXPECT_EQ(world.incident("held_loss")->amount, 30);
}

TEST(Hold, a_large_growth_starts_nothing_until_an_ack) {
  World world;
  world.add("a", 100);
  world.put_all("a", 100);
  world.begin();
  world.resize({0}, 5000);
  world.pass(1h);
  EXPECT_EQ(world.view().standing, Standing::held);
  EXPECT_TRUE(world.started.empty());
  ASSERT_NE(world.incident("held_growth"), nullptr);
  world.pass(5h);
  EXPECT_EQ(world.view().standing, Standing::held) << "no inventory can confirm a wish";
  world.send(AckAsked{world.incident("held_growth")->id});
  EXPECT_EQ(world.view().standing, Standing::known);
  EXPECT_EQ(world.running.size(), 5);
  world.pass(3h);
  EXPECT_EQ(world.incident("held_growth"), nullptr);
}

TEST(Hold, a_growth_by_less_than_half_or_a_thousand_is_believed) {
  World world;
  world.add("a", 3000);
  world.put_all("a", 3000);
  world.add("b", 100);
  world.put_all("b", 100);
  world.begin();
  world.resize({0}, 4400);
  world.resize({1}, 1000);
  world.pass(1h);
  EXPECT_EQ(world.view(0).standing, Standing::known);
  EXPECT_EQ(world.view(1).standing, Standing::known);
}

TEST(Unknown, a_store_that_cannot_be_listed_starts_nothing) {
  World world;
  world.add("a", 3);
  world.unreadable.insert("lake");
  world.begin();
  EXPECT_TRUE(world.started.empty());
  EXPECT_EQ(world.view().standing, Standing::unknown);
  ASSERT_NE(world.incident("unreadable"), nullptr);
  EXPECT_EQ(world.incident("unreadable")->target, "store:lake");
  world.unreadable.clear();
  world.pass(1h);
  EXPECT_EQ(world.incident("unreadable"), nullptr);
  EXPECT_EQ(world.running.size(), 3);
}

TEST(Unknown, a_failed_part_makes_only_its_collections_unknown) {
  World world;
  world.add("a", 1);
  world.add("b", 1);
  world.unreadable.insert("a");
  world.begin();
  EXPECT_EQ(world.view(0).standing, Standing::unknown);
  EXPECT_EQ(world.running_keys(), (Keys{"b/0"}));
  EXPECT_EQ(world.incident("unreadable")->target, "collection:a");
}

TEST(Unknown, a_listing_that_failed_ends_no_attempt_but_starts_none) {
  World world;
  world.add("a", 9);
  world.begin();
  ASSERT_EQ(world.running.size(), 5);
  world.is_silent = true;
  world.pass(1h);
  world.is_silent = false;
  world.unreadable.insert("a");
  world.pass(1s);
  EXPECT_EQ(world.running.size(), 5);
  world.end("a/0", 0);
  EXPECT_EQ(world.running.size(), 4);
  EXPECT_EQ(world.row("a/0"), nullptr) << "its proof needs no inventory";
}

TEST(Unknown, an_unanswered_listing_is_a_failed_one) {
  World world;
  world.add("a", 1);
  world.is_silent = true;
  world.begin();
  world.pass(7h);
  EXPECT_NE(world.incident("unreadable"), nullptr);
  world.is_silent = false;
  world.pass(2h);
  EXPECT_EQ(world.running.size(), 1);
}

TEST(Listing, comes_once_a_cycle_whatever_came_between) {
  Whole world;
  const auto listings_in = [&](Duration length) {
    const int before = world.listings;
    world.pass(length);
    return world.listings - before;
  };
  EXPECT_EQ(listings_in(10h), 10);
  for (int i = 0; i < 5; ++i) {
    world.lose(12);
    world.pass(1h + 7min * i);
    if (const IncidentRow* held = world.incident("held_loss")) world.send(AckAsked{held->id});
    world.put_all("a", 30);
    world.run_all(0);
    world.pass(2h);
  }
  const int later = listings_in(10h);
  EXPECT_GE(later, 9);
  EXPECT_LE(later, 11);
}

TEST(Listing, comes_once_a_cycle_after_looks_that_failed) {
  World world;
  world.add("a", 9);
  world.begin();
  for (int i = 0; i < 5; ++i) {
    world.pass(7min);
    world.unreadable.insert("lake");
    const std::string key = world.running_keys().at(0);
    world.objects.erase(key);
    world.end(key, 1);  // a place is free: the next gap is looked at, in vain
    world.pass(2min);
    world.unreadable.clear();
    world.pass(3h);
    ASSERT_FALSE(world.running.empty());
  }
  const int before = world.listings;
  world.pass(10h);
  EXPECT_GE(world.listings - before, 9);
  EXPECT_LE(world.listings - before, 11);
}

}  // namespace
}  // namespace upkeep::engine_test
