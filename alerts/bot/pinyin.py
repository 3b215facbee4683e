"""Pure: how the characters of chip companies' names are read, for names typed in Latin letters.

Rule: a name with a character outside the table has no reading: half of one would find the wrong company.
"""

from __future__ import annotations

_READINGS = """
a 阿 ai 爱艾 an 安 ao 奥 ba 巴 bai 百白佰 bei 北贝 bi 壁比碧 bin 彬 bo 博波 bu 布步 cai 才 can 灿
cang 沧 chang 长昌 chao 超 chen 辰晨 cheng 程成诚承 chi 驰 chu 初楚储 chuan 川传 chuang 创 ci 磁
cun 存 da 大达 dao 导道 de 德 deng 登 di 帝地 dian 电点 ding 鼎定 dong 东动 du 度 duan 端 duo 多
en 恩 er 尔 fan 帆凡 fang 方芳 fei 飞菲 feng 风峰锋 fu 富福孚 gan 感 gao 高 ge 歌格 gong 工 gu 古谷
guan 观 guang 光广 gui 硅 guo 国 hai 海 han 寒瀚汉 hang 航 hao 昊浩 he 合和核禾河 heng 恒衡
hong 宏弘鸿 hua 华 huan 寰 huang 黄 hui 辉汇慧 ji 机积极技集计吉记 jia 佳嘉 jian 坚 jie 捷杰界
jin 金锦 jing 景晶京境精 jiu 九久 ju 聚炬巨 jun 君 kai 凯开 kang 康 ke 科客壳可 kong 控空 kun 昆鲲
lan 兰蓝澜 lang 朗 lei 雷 li 力励砺利立理 lian 联 liang 亮 lin 临林 ling 凌灵领 liu 流 long 龙
lu 路鹭 lun 仑 luo 洛 ma 麻马 mao 茂 mei 美 men 门 meng 盟 mi 米密 miao 苗 min 敏 ming 明 mo 摩墨
mu 沐姆木 nai 耐 nan 南 neng 能 ning 宁 ou 欧 pin 品 ping 平苹屏 pu 普浦 qi 启奇琪碁其 qian 千谦
qiang 强 qin 勤 qing 清擎青 qiu 球 qu 趋 quan 全 ran 然 ren 人仞仁韧刃 rong 融荣 rui 瑞睿锐 run 润
san 三 sen 森 sha 沙 shan 山闪 shang 上商 shao 邵 shen 深申神 sheng 胜盛 shi 识时视世实示 shou 首
shu 数曙书 si 思斯司 su 苏速 suan 算 sui 燧邃 ta 塔 tai 太泰 tan 探 tang 唐 te 特 teng 腾 tian 天
tong 通瞳同 tu 图 wan 万 wang 望网 wei 微威位为维 wen 文 wu 武物悟 xi 曦希汐息西熙 xia 下 xian 先线
xiang 象向 xiao 晓 xin 芯心新信欣鑫 xing 行星兴 xiong 雄 xu 旭 xuan 玄 xun 迅讯 ya 亚 yan 研 yang 阳
yao 耀 yi 亿忆一义依翼熠例壹 yin 银英音 ying 英莹盈 yong 永 you 优友 yu 域语宇 yuan 原元源远
yue 越悦 yun 云昀 ze 泽 zhang 张 zhao 兆 zhen 振 zheng 正 zhi 知智芝至志 zhong 中众 zhou 洲 zhu 珠
zhuo 卓 zi 子紫 zong 纵 suo 所 shan 杉 she 设 xing 型 fang 昉 li 锂 xi 羲 yao 遥 qin 秦 zhen 臻
rui 芮 zhu 铸 lie 列 zhi 之 cong 从聪 yi 仪易 fen 份 ti 体 ye 冶 ke 刻 ban 半 bian 变 hou 后 ge 哥
qi 器 yuan 圆 sheng 声生 tou 头 zhan 展 de 得 wu 无 an 暗 yue 月跃阅 ben 本 shu 树 nan 楠 ci 此
qiu 求 jiang 江 tang 汤 qin 沁 xi 稀 qiong 穹 suo 索 ji 纪际 zhao 肇 gu 股 pu 谱 bao 豹 wen 问
jie 阶 lu 陆 mian 面 yu 驭 hei 黑
"""
_TABLE: dict[str, str] = {}
for _word in _READINGS.split():
    if _word.isascii():
        _syllable = _word
    else:
        for _character in _word:
            _TABLE.setdefault(_character, _syllable)


def reading(name: str) -> str:
    """muxi for 沐曦; Latin letters and digits stay; "" when a character is not known."""
    syllables = []
    for character in name:
        if character.isascii():
            syllables.append(character.lower() if character.isalnum() else "")
        elif character in _TABLE:
            syllables.append(_TABLE[character])
        else:
            return ""
    return "".join(syllables)
